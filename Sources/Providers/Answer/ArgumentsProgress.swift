/// How far the JSON of a call's arguments has come, told from its pieces as they arrive.
///
/// It balances brackets outside of strings and judges nothing else: whether the value is whole
/// decides where one call ends and the next begins, for servers that number them badly.
struct ArgumentsProgress {
    /// Whether anything but white space has come.
    private(set) var hasBegun = false
    /// Whether a whole object or list has come.
    private(set) var isComplete = false
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    /// Where in an escape of the string that carries the JSON the pieces stand.
    private var outer = OuterEscape.none

    private enum OuterEscape {
        case none
        case begun
        /// `\u`: the digits that are still to come, and what they come to so far.
        case unicode(left: Int, value: Int)
    }

    /// Whether something has come, and more must.
    var isOpen: Bool { hasBegun && !isComplete }

    /// Takes a piece as it stands between the quotes of a JSON string, escapes and all.
    mutating func add(raw piece: some Sequence<UInt8>) {
        for byte in piece {
            switch outer {
            case .none:
                if byte == UInt8(ascii: "\\") { outer = .begun } else { take(byte) }
            case .begun: unescape(byte)
            case .unicode(let left, let value):
                let value = value * 16 + (Character(UnicodeScalar(byte)).hexDigitValue ?? 0)
                if left > 1 {
                    outer = .unicode(left: left - 1, value: value)
                } else {
                    outer = .none
                    // Beyond ASCII nothing has a meaning here.
                    take(UInt8(exactly: value) ?? UInt8(ascii: "x"))
                }
            }
        }
    }

    private mutating func unescape(_ byte: UInt8) {
        outer = .none
        switch byte {
        case UInt8(ascii: "u"): outer = .unicode(left: 4, value: 0)
        case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"), UInt8(ascii: "b"),
            UInt8(ascii: "f"):
            take(UInt8(ascii: " "))
        default: take(byte)
        }
    }

    private mutating func take(_ byte: UInt8) {
        if isInString {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInString = false
            }
            return
        }
        guard byte > 0x20 else { return }
        hasBegun = true
        switch byte {
        case UInt8(ascii: "\""): isInString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            depth -= 1
            if depth == 0 { isComplete = true }
        default: break
        }
    }
}
