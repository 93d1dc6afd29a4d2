import JSONBytes

extension ClientRequest {
    private static let configKeys: JSONKeys = ["generationConfig", "generation_config"]

    /// The body of a request to Gemini's API for a provider of it, whose address names the model.
    ///
    /// Every byte stays, but for the model where the body repeats it and a limit that a budget sets.
    func geminiBody(model: String, _ options: BodyOptions) -> [ArraySlice<UInt8>] {
        var splice = JSONSplice(root)
        switch api {
        case .batchEmbedContents:
            var requests = JSONWriter(capacity: root.range.count + 64)
            requests.array { list in
                for member in root.members where member.name.isString("requests") {
                    for one in member.value.elements {
                        list.write(valid: Self.naming(model, in: one).joinedBytes)
                    }
                }
            }
            splice.set("requests", to: requests.bytes)
        case .embedContent:
            return Self.naming(model, in: root)
        default:
            if root.members.contains(where: { $0.name.isString("model") }) {
                splice.set("model", to: GeminiModelName.resource(of: model))
            }
            guard maxOutputTokens == nil, let limit = options.outputLimit else { break }
            let config = root.members.first { member in
                (0..<Self.configKeys.count).contains {
                    member.name.isString(Self.configKeys[$0])
                }
            }
            let own = config?.value.kind == .object ? config?.value : nil
            var limited = JSONSplice(own ?? .emptyObject)
            limited.remove("max_output_tokens")
            limited.set("maxOutputTokens", to: Array("\(limit)".utf8))
            splice.set(
                own.flatMap { _ in config?.name.string } ?? Self.configKeys[0],
                to: limited.bytes
            )
        }
        return splice.pieces
    }

    /// A request for a vector, whose body repeats the model that its address names.
    private static func naming(
        _ model: String,
        in request: JSONSlice
    ) -> [ArraySlice<UInt8>] {
        guard request.kind == .object else { return [request.raw] }
        var splice = JSONSplice(request)
        splice.set("model", to: GeminiModelName.resource(of: model))
        return splice.pieces
    }
}
