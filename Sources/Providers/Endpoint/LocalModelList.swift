public import Events
import JSONBytes

/// What the servers of the user's own tell of their models beyond the names.
public enum LocalModelList {
    /// The bytes of a server's word for a kind that are kept.
    private static let kindLimit = 32
    private static let nativeKeys: JSONKeys = [
        "id", "type", "state", "max_context_length", "loaded_context_length",
    ]
    private static let runningKeys: JSONKeys = ["name", "model", "context_length"]
    private static let tagKeys: JSONKeys = [
        "name", "model", "digest", "size", "modified_at", "details",
    ]
    private static let detailKeys: JSONKeys = [
        "format", "family", "parameter_size", "quantization_level",
    ]
    /// The bytes of a digest that are kept: one of SHA-256 has 64.
    private static let digestLimit = 64

    /// The models in LM Studio's own list, sorted by name.
    ///
    /// `GET /api/v0/models` (lmstudio.ai/docs, "REST API v0", November 2026): `data[]` with `id`, `type`
    /// `llm`, `vlm` or `embeddings`, `state` `loaded` or `not-loaded`, `max_context_length` and, while it
    /// is loaded, `loaded_context_length`. Another state leaves open whether it is loaded: one that is
    /// still being loaded can't answer.
    ///
    /// - Returns: the models; `nil` when the body is no such list, as of an LM Studio before 0.3.6, which
    ///   answers 200 with an error.
    public static func lmStudio(_ body: [UInt8]) -> [ListedModel]? {
        do {
            guard let list = try JSONSlice(validating: body).member("data"), list.kind == .array
            else { return nil }
            var models: [ListedModel] = []
            for element in list.elements where element.kind == .object {
                let found = try element.scan(nativeKeys)
                guard let name = found[0]?.string else { continue }
                // Some other server's list, which has names only.
                guard found[1] != nil || found[2] != nil else { return nil }
                var model = ListedModel()
                model.name = name
                model.kind = found[1]?.string?.limited(toBytes: kindLimit)
                switch found[2]?.string {
                case "loaded": model.isLoaded = true
                case "not-loaded": model.isLoaded = false
                default: break
                }
                model.contextWindow = found[3]?.int
                model.loadedContext = model.isLoaded == true ? found[4]?.int : nil
                models.append(model)
            }
            return models.sorted { $0.name < $1.name }
        } catch {
            return nil
        }
    }

    /// The models of an Ollama, with what its list tells of their files, sorted by name.
    ///
    /// - Parameter body: the answer to `GET /api/tags` (Ollama's docs/api.md, "List Local Models",
    ///   November 2026).
    /// - Returns: the models; `nil` when the body is no such list.
    public static func ollama(tags body: [UInt8]) -> [ListedModel]? {
        do {
            guard let list = try JSONSlice(validating: body).member("models"), list.kind == .array
            else { return nil }
            var models: [ListedModel] = []
            for element in list.elements where element.kind == .object {
                let found = try element.scan(tagKeys)
                guard let name = (found[0] ?? found[1])?.string else { continue }
                var model = ListedModel()
                model.name = name
                model.digest = found[2].flatMap { short($0, digestLimit) }
                model.sizeBytes = found[3]?.int.flatMap { $0 > 0 ? $0 : nil }
                model.modified = found[4]?.string.flatMap(RFC3339.parse)
                if let details = found[5], details.kind == .object {
                    let words = try details.scan(detailKeys).map {
                        $0.flatMap { short($0, kindLimit) }
                    }
                    (model.format, model.family) = (words[0], words[1])
                    (model.parameterSize, model.quantization) = (words[2], words[3])
                }
                models.append(model)
            }
            return models.sorted { $0.name < $1.name }
        } catch {
            return nil
        }
    }

    /// A text that is not empty, at most so many bytes of it.
    private static func short(_ value: JSONSlice, _ limit: Int) -> String? {
        value.string.flatMap { $0.isEmpty ? nil : $0.limited(toBytes: limit) }
    }

    /// Which models an Ollama has loaded, and with how many tokens of context where it tells.
    ///
    /// - Parameter body: the answer to `GET /api/ps` (Ollama's docs/api.md, "List Running Models",
    ///   November 2026).
    /// - Returns: the context, or `nil` for an unknown one, by the model's name; `nil` when the body
    ///   is no such list.
    public static func ollama(running body: [UInt8]) -> [String: Int?]? {
        do {
            guard let list = try JSONSlice(validating: body).member("models"), list.kind == .array
            else { return nil }
            var running: [String: Int?] = [:]
            for element in list.elements where element.kind == .object {
                let found = try element.scan(runningKeys)
                guard let name = (found[0] ?? found[1])?.string else { continue }
                running[name] = .some(found[2]?.int)
            }
            return running
        } catch {
            return nil
        }
    }
}
