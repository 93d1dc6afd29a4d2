import Events
import Foundation

/// A small JSON document that a command prints on one line, its members sorted by name.
enum JSONText: Encodable {
    case bool(Bool)
    case int(Int)
    case text(String)
    case array([JSONText])
    case object([String: JSONText])
    case null

    init(_ scalar: JSONScalar) {
        switch scalar {
        case .integer(let value): self = .int(Int(value))
        case .boolean(let value): self = .bool(value)
        case .text(let value): self = .text(value)
        }
    }

    /// An object on one line; members without a value are left out.
    static func object(_ members: [String: JSONText?]) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(members.compactMapValues { $0 }) else {
            preconditionFailure("numbers, texts and Booleans can always be encoded")
        }
        return String(decoding: data, as: UTF8.self)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .bool(let value): try container.encode(value)
        case .int(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        case .null: try container.encodeNil()
        }
    }
}
