import Events
import JSONBytes

extension ParsedRequest {
    private static let passedKeys: JSONKeys = [
        "model", "prompt", "input", "query", "documents", "instructions",
    ]

    /// Reads what routing needs of a request that passes: the model, and how much text there is.
    ///
    /// Without a model the provider takes its own, so that any of the family may be asked.
    init(passing passage: Passage, body: [UInt8]) throws(RequestError) {
        let form = passage.contentType.flatMap(MultipartForm.init)
        let isJSON = form == nil && !body.isEmpty
        if isJSON {
            root = try ClientRequest.validated(body)
            try Field(value: root, path: "").require(.object, "a JSON object")
        } else {
            root = .emptyObject
        }
        model = "auto"
        maxOutputTokens = 0
        messageCount = 1
        if let range = form?.field("model", in: body) {
            model = String(decoding: body[range], as: UTF8.self)
            if model.isEmpty { throw RequestError("model is empty", field: "model") }
            modelRange = range
        }
        guard isJSON else { return }
        let found = try Field(value: root, path: "").scanDeciding(Self.passedKeys)
        if let model = found[0] { try readModel(Field(value: model, path: "model")) }
        namesModel = found[0] != nil
        instruction = found[1]?.rawText ?? found[2]?.rawText ?? []
        for text in found.dropFirst() { promptTextBytes += text?.range.count ?? 0 }
    }
}
