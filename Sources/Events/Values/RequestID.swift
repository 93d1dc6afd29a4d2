/// A request's id: a UUID of version 7 (RFC 9562 §5.7), so ids sort by the millisecond they were
/// made in and lead to the part of the log that holds the request.
public struct RequestID: Hashable, Sendable, Comparable {
    /// The first eight bytes, big-endian: 48 bits of Unix milliseconds, the version, 12 random bits.
    public let high: UInt64
    /// The last eight bytes, big-endian: the variant and 62 random bits.
    public let low: UInt64

    /// An id made of the 16 bytes of a UUID, whatever its version.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A version 7 id for `time`, with 74 bits taken from `random`.
    public init(time: Timestamp, random: (UInt64, UInt64)) {
        let milliseconds = UInt64(max(0, time.microseconds) / 1_000) & 0xFFFF_FFFF_FFFF
        high = milliseconds << 16 | 0x7000 | random.0 & 0x0FFF
        low = 0x8000_0000_0000_0000 | random.1 & 0x3FFF_FFFF_FFFF_FFFF
    }

    /// Feeds the half that holds the random bits; the other adds nothing but time to hash.
    public func hash(into hasher: inout Hasher) { hasher.combine(low) }

    /// The instant the id was made at, to the millisecond.
    public var time: Timestamp { Timestamp(microseconds: Int64(high >> 16) * 1_000) }

    /// Orders as the UUID's bytes do.
    public static func < (left: RequestID, right: RequestID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

extension RequestID: LosslessStringConvertible {
    /// The UUID in lower case with hyphens.
    public var description: String {
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for digit in 0..<32 {
            if digit == 8 || digit == 12 || digit == 16 || digit == 20 {
                text.append(UInt8(ascii: "-"))
            }
            let half = digit < 16 ? high : low
            text.append(Self.digits[Int(truncatingIfNeeded: half >> (60 - 4 * (digit % 16))) & 15])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The id written as a UUID, with or without hyphens, in either case; `nil` for anything else.
    public init?(_ text: String) {
        var halves: (UInt64, UInt64) = (0, 0)
        var count = 0
        for byte in text.utf8 where byte != UInt8(ascii: "-") {
            guard let digit = Character(UnicodeScalar(byte)).hexDigitValue, count < 32 else {
                return nil
            }
            if count < 16 {
                halves.0 = halves.0 << 4 | UInt64(digit)
            } else {
                halves.1 = halves.1 << 4 | UInt64(digit)
            }
            count += 1
        }
        guard count == 32 else { return nil }
        self.init(high: halves.0, low: halves.1)
    }

    private static let digits = Array("0123456789abcdef".utf8)
}
