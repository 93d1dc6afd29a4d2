/// `${NAME}` in a text of the configuration.
enum Interpolation {
    /// Why a text could not be completed.
    enum Failure: Error, Equatable {
        /// A `${` without its `}`, or with something else than a name between them.
        case malformed
        /// The variable is not set, or set to nothing.
        case unset(variable: String)
    }

    /// Whether the text names a variable.
    static func isNeeded(in text: String) -> Bool { text.contains("${") }

    /// `text` with each `${NAME}` replaced from `environment`; `$${` stands for a plain `${`.
    static func complete(
        _ text: String,
        from environment: [String: String]
    ) throws(Failure) -> String {
        var result = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[dollar...]
            if rest.hasPrefix("$${") {
                result += "${"
                rest = rest.dropFirst(3)
            } else if rest.hasPrefix("${") {
                guard let end = rest.firstIndex(of: "}") else { throw .malformed }
                let name = String(rest.dropFirst(2)[..<end])
                guard isName(name) else { throw .malformed }
                guard let value = environment[name], !value.isEmpty else {
                    throw .unset(variable: name)
                }
                result += value
                rest = rest[end...].dropFirst()
            } else {
                result += "$"
                rest = rest.dropFirst()
            }
        }
        return result + rest
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, first < UInt8(ascii: "0") || first > UInt8(ascii: "9")
        else { return false }
        return text.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || byte == UInt8(ascii: "_")
        }
    }
}
