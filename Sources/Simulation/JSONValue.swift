/// Any JSON, for the schemas of tools.
enum JSONValue: Decodable {
    case null
    case flag(Bool)
    case number(Double)
    case text(String)
    case list([JSONValue])
    case object([String: JSONValue])

    /// Tries each kind in turn: a decoder does not tell what comes, and a kind that does not fit is
    /// no error until the last one does not.
    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let flag = try? value.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let list = try? value.decode([JSONValue].self) {
            self = .list(list)
        } else {
            self = .object(try value.decode([String: JSONValue].self))
        }
    }

    /// The value of a member of an object.
    subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    /// The text of a text.
    var text: String? {
        guard case .text(let text) = self else { return nil }
        return text
    }

    /// The items of a list.
    var items: [JSONValue] {
        guard case .list(let items) = self else { return [] }
        return items
    }
}

extension JSONValue {
    /// JSON that this schema accepts: an object with its required members, smallest values.
    var example: String {
        if let choice = self["enum"]?.items.first?.text { return jsonQuoted(choice) }
        switch self["type"]?.text ?? self["type"]?.items.first?.text {
        case "number", "integer": return "1"
        case "boolean": return "true"
        case "array": return "[]"
        case "null": return "null"
        case "string": return #""sample""#
        default: return objectExample
        }
    }

    private var objectExample: String {
        let required = self["required"]?.items.compactMap(\.text) ?? []
        let members = required.map { name in
            "\(jsonQuoted(name)):\(self["properties"]?[name]?.example ?? #""sample""#)"
        }
        return "{\(members.joined(separator: ","))}"
    }
}

/// `text` as a JSON string.
func jsonQuoted(_ text: String) -> String {
    var quoted: [UInt8] = [UInt8(ascii: "\"")]
    quoted.reserveCapacity(text.utf8.count + 8)
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            quoted.append(UInt8(ascii: "\\"))
            quoted.append(byte)
        case UInt8(ascii: "\n"):
            quoted.append(contentsOf: #"\n"#.utf8)
        case 0..<0x20:
            let digits = String(byte, radix: 16)
            quoted.append(contentsOf: "\\u00\(digits.count == 1 ? "0" : "")\(digits)".utf8)
        default:
            quoted.append(byte)
        }
    }
    quoted.append(UInt8(ascii: "\""))
    return String(decoding: quoted, as: UTF8.self)
}
