/// Any JSON, for schemas.
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
    /// The members of an object.
    var members: [String: JSONValue] {
        guard case .object(let members) = self else { return [:] }
        return members
    }

    /// The number of a number.
    var double: Double? {
        guard case .number(let number) = self else { return nil }
        return number
    }

    /// The value as JSON, members sorted by name.
    var json: String {
        switch self {
        case .null: return "null"
        case .flag(let flag): return flag ? "true" : "false"
        case .number(let number):
            return Int64(exactly: number).map(String.init) ?? "\(number)"
        case .text(let text): return jsonQuoted(text)
        case .list(let items): return "[\(items.map(\.json).joined(separator: ","))]"
        case .object(let members):
            let texts = members.sorted { $0.key < $1.key }
                .map { "\(jsonQuoted($0.key)):\($0.value.json)" }
            return "{\(texts.joined(separator: ","))}"
        }
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
