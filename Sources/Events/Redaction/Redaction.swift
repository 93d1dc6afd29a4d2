/// Takes secrets out of every text that is kept, logged or sent on.
///
/// Two kinds are known: what the configuration says is a secret, in every form in which it may come back
/// (`SecretForms`), and what looks like a key of a known service (`KeyShapes`).
///
/// Most texts hold neither, so one pass over the bytes looks whether there may be one at all; only then is
/// it looked for. Events go through it where they are encoded (`EventLog.append`), so that no field of an
/// event can be forgotten.
public struct Redaction: Sendable {
    /// What stands in the place of a secret.
    public static let mark = "[key]"

    private let known: KnownSecrets

    /// Knows no secret but the shapes of keys.
    public init() { known = .none }

    /// Knows these secrets, and the shapes of keys.
    ///
    /// - Parameters:
    ///   - secrets: the secrets.
    ///   - names: names in small letters that stay, though a part of a secret is in them.
    public init(_ secrets: [KnownSecret], names: Set<String> = []) {
        known = secrets.isEmpty ? .none : KnownSecrets(secrets, names: names)
    }

    /// Knows what any of these do.
    public init(_ parts: [Redaction]) {
        self.init(
            parts.flatMap(\.known.secrets),
            names: parts.reduce(into: []) { $0.formUnion($1.known.names) }
        )
    }

    /// Knows a provider's key, whatever it looks like.
    public init(key: String?) { self.init(key.flatMap { KnownSecret(key: $0) }.map { [$0] } ?? []) }

    /// What this knows, and some secrets more.
    public func adding(_ secrets: [KnownSecret]) -> Redaction {
        secrets.isEmpty ? self : Redaction(known.secrets + secrets, names: known.names)
    }

    /// Whether a secret may be in the bytes; `false` is certain.
    func mayApply(to bytes: Span<UInt8>) -> Bool {
        let filter = known.filter
        var window: UInt32 = 0
        for index in bytes.indices {
            window = window << 8 | UInt32(bytes[index].folded)
            if filter.mayHold(window), known.sequences.contains(window) { return true }
        }
        return false
    }

    /// Whether a secret may be in an encoded record from a place on; `false` is certain.
    public func mayApply(to bytes: [UInt8], from start: Int) -> Bool {
        mayApply(to: bytes.span.extracting(start..<bytes.count))
    }

    /// Where secrets are, in order and apart.
    func ranges(in bytes: [UInt8]) -> [Range<Int>] {
        guard mayApply(to: bytes.span) else { return [] }
        return KeyShapes.ranges(in: bytes, including: known.ranges(in: bytes))
    }

    /// The text without secrets; everything else of it stays.
    public func masked(_ text: String) -> String {
        guard mayApply(to: text.utf8.span) else { return text }
        let bytes = Array(text.utf8)
        let ranges = ranges(in: bytes)
        guard !ranges.isEmpty else { return text }
        return String(decoding: Self.replacing(ranges, in: bytes), as: UTF8.self)
    }

    /// The bytes of a text without secrets; the same bytes where there is none.
    public func masked(_ bytes: [UInt8]) -> [UInt8] {
        let ranges = ranges(in: bytes)
        return ranges.isEmpty ? bytes : Self.replacing(ranges, in: bytes)
    }

    /// Whether a text holds a secret.
    public func finds(in text: String) -> Bool { !ranges(in: Array(text.utf8)).isEmpty }

    private static func replacing(_ ranges: [Range<Int>], in bytes: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var reached = 0
        for range in ranges {
            output += bytes[reached..<range.lowerBound]
            output += mark.utf8
            reached = range.upperBound
        }
        return output + bytes[reached...]
    }
}

extension Redaction: CustomStringConvertible, CustomReflectable {
    /// Always the same words, whatever the secrets are.
    public var description: String { "a redaction" }
    /// A mirror without children, so that `dump` shows no secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension UInt8 {
    /// The byte of the small letter, where it is that of a capital one of ASCII.
    @inline(__always)
    var folded: UInt8 { self &- UInt8(ascii: "A") < 26 ? self | 0x20 : self }

    /// Whether it is a digit of ASCII.
    @inline(__always)
    var isDigit: Bool { self &- UInt8(ascii: "0") < 10 }

    /// Whether it is a letter or digit of ASCII.
    @inline(__always)
    var isAlphanumeric: Bool { folded &- UInt8(ascii: "a") < 26 || isDigit }
}

/// A set of sequences of four bytes that says yes to another one seldom, and is quick to ask.
enum SequenceFilter {
    /// The size as an exponent of two: 8 KiB, which stay in the processor's first cache.
    private static let bits: UInt32 = 16

    /// A filter that knows these sequences.
    static func make(of sequences: Set<UInt32>) -> [UInt64] {
        var words = [UInt64](repeating: 0, count: 1 << Int(bits - 6))
        for sequence in sequences {
            let place = place(of: sequence)
            words[place >> 6] |= 1 << UInt64(place & 63)
        }
        return words
    }

    /// The bit of a sequence (multiplicative hashing, by the golden ratio).
    @inline(__always)
    static func place(of sequence: UInt32) -> Int {
        Int((sequence &* 0x9E37_79B1) >> (32 - bits))
    }
}

extension [UInt64] {
    /// Whether a filter that was made by `SequenceFilter` may know a sequence of bytes.
    @inline(__always)
    func mayHold(_ sequence: UInt32) -> Bool {
        let place = SequenceFilter.place(of: sequence)
        return self[place >> 6] >> UInt64(place & 63) & 1 == 1
    }
}
