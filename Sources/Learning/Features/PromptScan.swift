import Events

/// The one pass over a message's text that gives the features which need it: kinds of words, and how
/// varied the bytes are.
///
/// It reads the bytes as they stand in the JSON, so nothing is copied or decoded: an escape ends a
/// word, `\n` a line as well. Of a long text only the beginning and the end are read, where people
/// say what they want.
struct PromptScan {
    /// The bytes that are read at each end of a text.
    static let windowBytes = 4_096

    /// What only the first word of a text can be.
    private static let openingCues: PromptCues = [.question, .greeting]

    private(set) var cues: PromptCues = []
    private var counts = [UInt32](repeating: 0, count: 256)
    private var scanned: UInt32 = 0
    private var isFirstWord = true

    /// Scans a text as it is written in JSON, between its quotes.
    init(_ raw: ArraySlice<UInt8>) {
        let window = Self.windowBytes
        if raw.count <= 2 * window {
            scan(raw)
        } else {
            scan(raw.prefix(window))
            scan(raw.suffix(window))
        }
    }

    private mutating func scan(_ raw: ArraySlice<UInt8>) {
        let bytes = raw.span
        var word = PackedWord()
        // The last byte of the line that is no space, and how many letters the line has.
        var last: UInt8 = 0
        var backticks = 0
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            counts[Int(byte)] &+= 1
            scanned &+= 1
            index += 1
            if let letter = PackedWord.letter(byte) {
                word.append(letter)
                last = byte
                backticks = 0
                continue
            }
            end(&word)
            backticks = byte == UInt8(ascii: "`") ? backticks + 1 : 0
            if backticks == 3 { cues.insert(.code) }
            if byte == UInt8(ascii: "\\"), index < bytes.count {
                let escaped = bytes[index]
                index += escaped == UInt8(ascii: "u") ? 5 : 1
                if escaped == UInt8(ascii: "n") {
                    if Self.endsCode(last) { cues.insert(.code) }
                    last = 0
                }
            } else if byte != UInt8(ascii: " ") {
                last = byte
            }
        }
        end(&word)
    }

    /// Whether a line that ends so is code: prose ends neither in a brace nor in a semicolon.
    private static func endsCode(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ";") || byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}")
    }

    private mutating func end(_ word: inout PackedWord) {
        guard !word.isEmpty else { return }
        let found = Vocabulary.cues(of: word)
        cues.formUnion(isFirstWord ? found : found.subtracting(Self.openingCues))
        isFirstWord = false
        word = PackedWord()
    }

    /// Shannon's entropy of the bytes that were read, in thousandths of a bit a byte, rounded down.
    ///
    /// log₂(n) − Σ c·log₂(c) ÷ n (C. E. Shannon, "A Mathematical Theory of Communication", 1948,
    /// section 6), with logarithms in 1/65,536.
    var entropyMillibits: Int {
        guard scanned > 0 else { return 0 }
        var weighted: UInt64 = 0
        for count in counts where count > 0 {
            weighted += UInt64(count) * FixedLog.log2(UInt64(count))
        }
        let total = UInt64(scanned)
        let whole = FixedLog.log2(total)
        let mean = weighted / total
        return Int(((whole > mean ? whole - mean : 0) * 1_000) >> 16)
    }
}

/// Logarithms in integers, the same on every machine.
enum FixedLog {
    /// log₂ of a number from 1, in 1/65,536: the bits before the point are the place of the highest
    /// one, those behind it come by squaring.
    static func log2(_ value: UInt64) -> UInt64 {
        let exponent = UInt64(63 - value.leadingZeroBitCount)
        // The mantissa from 1 to 2, with 31 bits behind the point.
        var mantissa = exponent > 31 ? value >> (exponent - 31) : value << (31 - exponent)
        var result = exponent << 16
        for bit in (0..<12).reversed() {
            mantissa = (mantissa * mantissa) >> 31
            guard mantissa >= 1 << 32 else { continue }
            mantissa >>= 1
            result |= 1 << UInt64(bit + 4)
        }
        return result
    }
}

/// A word of at most 16 letters in two integers, in lower case: compared in two instructions.
struct PackedWord: Hashable {
    private(set) var high: UInt64 = 0
    private(set) var low: UInt64 = 0
    private var count = 0

    init() {}

    /// A word of the vocabulary.
    init(_ text: String) {
        for byte in text.utf8 { if let letter = Self.letter(byte) { append(letter) } }
        precondition(!isTooLong, "a word of the vocabulary is too long")
    }

    var isEmpty: Bool { count == 0 }
    /// Whether it is longer than what can be told apart.
    var isTooLong: Bool { count > 16 }

    /// The letter in lower case if the byte is part of a word: letters, digits, the underscore and
    /// every byte of a character beyond ASCII.
    @inline(__always)
    static func letter(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"), 0x80...:
            byte
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
        default: nil
        }
    }

    @inline(__always)
    mutating func append(_ letter: UInt8) {
        count += 1
        high = high << 8 | low >> 56
        low = low << 8 | UInt64(letter)
    }
}
