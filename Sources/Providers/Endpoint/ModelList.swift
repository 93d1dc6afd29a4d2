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
        /// What people are shown; the id where it is `nil`.
        public var label: String?
        /// Its file as an Ollama tells of it, or what stands in for that; needed for Ollama's clients.
        public var file: ListedModel?

        /// An entry from its parts.
        public init(
            id: String,
            owner: String,
            created: Timestamp,
            label: String? = nil,
            file: ListedModel? = nil
        ) {
            self.label = label
            self.id = id
            self.owner = owner
            self.created = created
            self.file = file
        }
    }

    /// A provider's list, or a page of it.
    public struct Page: Hashable, Sendable {
        /// The ids, in the provider's order.
        public var ids: [String] = []
        /// What the next page is asked for with; `nil` after the last one.
        public var next: String?
    }

    private static let keys: JSONKeys = ["data", "models", "nextPageToken", "has_more", "last_id"]

    /// The ids in a provider's list.
    ///
    /// Takes OpenAI's and Anthropic's `data[].id`, Ollama's `models[].name`, Gemini's, of which only
    /// those count that chat or embed, and a bare array of objects with ids (some compatible
    /// servers).
    /// - Throws: `ProviderFailure` when the body is no such list.
    public static func parse(
        _ body: [UInt8],
        family: WireFamily
    ) throws(ProviderFailure) -> Page {
        do {
            let root = try JSONSlice(validating: body)
            let found = try root.scan(keys)
            let list = root.kind == .array ? root : found[0] ?? found[1]
            guard let list, list.kind == .array else {
                throw ProviderFailure(.invalidResponse, "the model list holds no list")
            }
            var page = Page()
            for element in list.elements {
                if let id = try id(of: element, family) { page.ids.append(id) }
            }
            switch family {
            case .gemini: page.next = found[2]?.string
            case .anthropic: page.next = found[3]?.bool == true ? found[4]?.string : nil
            case .openai, .ollama: break
            }
            if page.next?.isEmpty == true { page.next = nil }
            return page
        } catch let error as JSONError {
            throw ProviderFailure(.invalidResponse, "the model list is not JSON: \(error)")
        } catch let failure as ProviderFailure {
            throw failure
        } catch {
            throw ProviderFailure(.invalidResponse, "the model list can't be read")
        }
    }

    /// What Gemini's models can do that is of use here; others draw, film and answer in their own way.
    private static let usedMethods = ["generateContent", "embedContent"]

    private static func id(
        of element: JSONSlice,
        _ family: WireFamily
    ) throws(JSONError) -> String? {
        switch family {
        case .openai, .anthropic: return try element.member("id")?.string
        case .ollama: return try element.member("name")?.string
        case .gemini:
            let found = try element.scan(["name", "supportedGenerationMethods"])
            let methods = found[1]?.elements.compactMap(\.string)
            guard methods?.contains(where: usedMethods.contains) ?? true else { return nil }
            return found[0]?.string.map(GeminiModelName.name)
        }
    }

    /// The list for a client of a family; of a page, whether there are more (`hasMore`, Anthropic's) or
    /// what the next one is asked for with (`next`, Google's).
    public static func body(
        of entries: [Entry],
        for family: WireFamily,
        hasMore: Bool = false,
        next: String? = nil
    ) -> [UInt8] {
        var writer = JSONWriter(capacity: 64 + entries.count * 128)
        writer.object { root in
            if family == .openai { root.member("object", "list") }
            let isGoogles = family == .gemini
            root.array(family == .ollama || isGoogles ? "models" : "data") { list in
                for entry in entries { write(entry, for: family, to: &list) }
            }
            root.member("nextPageToken", ifPresent: next)
            guard family == .anthropic else { return }
            root.member("has_more", hasMore)
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
            if family != .ollama, family != .gemini { object.member("id", entry.id) }
            switch family {
            case .gemini:
                object.member("name", GeminiModelName.resource(of: entry.id))
                object.member("version", "001")
                object.member("displayName", entry.label ?? entry.id)
                object.member("description", "served by \(entry.owner)")
                // Which of them embed is known only of some.
                object.member("supportedGenerationMethods", usedMethods + ["countTokens"])
            case .openai:
                object.member("object", "model")
                object.member("created", Int(entry.created.microseconds / 1_000_000))
                object.member("owned_by", entry.owner)
            case .anthropic:
                object.member("type", "model")
                object.member("display_name", entry.label ?? entry.id)
                object.member("created_at", entry.created.description)
                // Its SDK's types demand it since 2.11; what is listed can be asked for.
                object.member("lifecycle", "active")
            case .ollama:
                object.member("name", entry.id)
                object.member("model", entry.id)
                OllamaModelDetails.writeFile(entry.file, listed: entry.created, to: &object)
            }
        }
    }
}
