import Foundation

/// What stands in a catalogue file, shipped or the user's: two lists of models.
struct CatalogFile: Codable, Equatable, Sendable {
    /// The format that this version reads and writes.
    static let version = 1

    var version = Self.version
    /// What was imported; written by `logway models import`.
    var imported: [CatalogEntry]?
    /// What people wrote.
    var models: [CatalogEntry]?

    init() {}

    /// The file in JSON.
    ///
    /// - Throws: `CatalogError.unreadable` with the place as a path, `.unknownVersion`.
    init(json: Data) throws(CatalogError) {
        do {
            self = try JSONDecoder().decode(CatalogFile.self, from: json)
            try Self.checkKeys(json)
        } catch let error as CatalogError {
            throw error
        } catch let error as DecodingError {
            throw .unreadable(reason: Self.reason(error))
        } catch {
            throw .unreadable(reason: "\(error)")
        }
        guard version == Self.version else { throw .unknownVersion(version) }
    }

    /// The file as JSON that people can read and edit.
    var json: Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return try encoder.encode(self) + Data("\n".utf8)
        } catch {
            preconditionFailure("texts and numbers can always be encoded: \(error)")
        }
    }

    /// Refuses a key that is none of the format's: a mistyped one would be lost silently, also when
    /// an import writes the file again.
    private static func checkKeys(_ json: Data) throws {
        let keys = Set([
            "provider", "id", "context", "maxOutput", "usdPer1M", "asOf", "source",
            "longPromptFrom", "parameters", "capabilities", "tasks", "strengths", "weaknesses",
            "benchmarks", "gpuMemory", "default", "quality",
        ])
        let prices = Set(["input", "output", "cachedInput", "cacheWrite", "cacheWriteHour"])
        let all = try JSONDecoder().decode([String: AnyShape].self, from: json)
        for (key, value) in all {
            guard ["version", "imported", "models"].contains(key) else {
                throw CatalogError.unknownKey(key, path: "")
            }
            for (index, entry) in value.items.enumerated() {
                for (name, member) in entry.members {
                    let path = "\(key)[\(index)]"
                    guard keys.contains(name) else {
                        throw CatalogError.unknownKey(name, path: path)
                    }
                    guard name == "usdPer1M" else { continue }
                    for price in member.members.keys where !prices.contains(price) {
                        throw CatalogError.unknownKey(price, path: "\(path).usdPer1M")
                    }
                }
            }
        }
    }

    /// Where in the file which value is wrong.
    private static func reason(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, let context):
            "`\(key.stringValue)` is missing\(place(context))"
        case .typeMismatch(_, let context), .valueNotFound(_, let context),
            .dataCorrupted(let context):
            "\(context.debugDescription)\(place(context))"
        @unknown default:
            "\(error)"
        }
    }

    private static func place(_ context: DecodingError.Context) -> String {
        guard !context.codingPath.isEmpty else { return "" }
        let path = context.codingPath.reduce(into: "") { path, key in
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += path.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
        return " at \(path)"
    }
}

/// The keys of a value, whatever they are; nothing else of it.
private struct AnyShape: Decodable {
    var members: [String: AnyShape] = [:]
    var items: [AnyShape] = []

    init(from decoder: any Decoder) throws {
        if let object = try? decoder.container(keyedBy: AnyKey.self) {
            for key in object.allKeys {
                members[key.stringValue] = try object.decode(AnyShape.self, forKey: key)
            }
        } else if var array = try? decoder.unkeyedContainer() {
            while !array.isAtEnd { items.append(try array.decode(AnyShape.self)) }
        }
    }

    private struct AnyKey: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
