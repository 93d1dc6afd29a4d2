public import Events
import JSONBytes

/// Lists of models, as providers send them and as clients expect them.
public enum ModelList {
    /// One model in a list for clients.
    public struct Entry: Hashable, Sendable {
        /// The model's id, which a request names.
        public var id: String
        /// Who offers it.
        public var owner: String
        /// When it was made or listed.
        public var created: Timestamp

        /// An entry from its parts.
        public init(id: String, owner: String, created: Timestamp) {
            self.id = id
            self.owner = owner
            self.created = created
        }
    }

    private static let keys: JSONKeys = ["data", "models"]

    /// The ids in a provider's list, in its order.
    ///
    /// Takes OpenAI's and Anthropic's `data[].id`, Ollama's `models[].name`, and a bare array of
    /// objects with ids (some compatible servers).
    /// - Throws: `ProviderFailure` when the body is no such list.
    public static func parse(
        _ body: [UInt8],
        family: WireFamily
    ) throws(ProviderFailure) -> [String] {
        do {
            let root = try JSONSlice(validating: body)
            let found = try root.scan(keys)
            let list = root.kind == .array ? root : found[0] ?? found[1]
            guard let list, list.kind == .array else {
                throw ProviderFailure(.invalidResponse, "the model list holds no list")
            }
            var ids: [String] = []
            for element in list.elements {
                let id = try element.member(family == .ollama ? "name" : "id")
                if let id = id?.string { ids.append(id) }
            }
            return ids
        } catch let error as JSONError {
            throw ProviderFailure(.invalidResponse, "the model list is not JSON: \(error)")
        } catch let failure as ProviderFailure {
            throw failure
        } catch {
            throw ProviderFailure(.invalidResponse, "the model list can't be read")
        }
    }

    /// The list for a client of a family.
    public static func body(of entries: [Entry], for family: WireFamily) -> [UInt8] {
        var writer = JSONWriter(capacity: 64 + entries.count * 128)
        writer.object { root in
            if family == .openai { root.member("object", "list") }
            root.array(family == .ollama ? "models" : "data") { list in
                for entry in entries { write(entry, for: family, to: &list) }
            }
            guard family == .anthropic else { return }
            root.member("has_more", false)
            for (name, id) in [("first_id", entries.first?.id), ("last_id", entries.last?.id)] {
                if let id { root.member(name, id) } else { root.nullMember(name) }
            }
        }
        return writer.bytes
    }

    /// One model for a client, as in `GET /v1/models/{id}`.
    public static func body(of entry: Entry, for family: WireFamily) -> [UInt8] {
        var writer = JSONWriter()
        write(entry, for: family, to: &writer)
        return writer.bytes
    }

    private static func write(_ entry: Entry, for family: WireFamily, to writer: inout JSONWriter) {
        writer.object { object in
            if family != .ollama { object.member("id", entry.id) }
            switch family {
            case .openai:
                object.member("object", "model")
                object.member("created", Int(entry.created.microseconds / 1_000_000))
                object.member("owned_by", entry.owner)
            case .anthropic:
                object.member("type", "model")
                object.member("display_name", entry.id)
                object.member("created_at", entry.created.description)
            case .ollama:
                object.member("name", entry.id)
                object.member("model", entry.id)
                object.member("modified_at", entry.created.description)
                // Nobody knows them here, but clients with types demand them.
                object.member("size", 0)
                object.member("digest", "")
                object.object("details") { OllamaModelDetails.write(to: &$0) }
            }
        }
    }
}
