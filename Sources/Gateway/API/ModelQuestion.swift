import JSONBytes
import Providers

/// A question of Ollama's API about one model: `POST /api/show`, `POST /api/pull`.
struct ModelQuestion {
    private static let keys: JSONKeys = ["model", "name", "stream", "verbose"]

    /// The name in `model`, or in `name`, as older clients call it.
    let model: String
    /// Whether the answer shall be a stream.
    let streams: Bool
    private let isVerbose: Bool

    /// - Throws: `RequestError` where no model is named.
    init(_ body: [UInt8]) throws(RequestError) {
        let found: [JSONSlice?]
        do {
            found = try JSONSlice(validating: body).scan(Self.keys)
        } catch {
            throw RequestError("\(error)", offset: error.offset)
        }
        let names = [found[0], found[1]].compactMap { $0?.string }.filter { !$0.isEmpty }
        guard let name = names.first else {
            throw RequestError("model is missing: name a model", field: "model")
        }
        model = name
        streams = found[2]?.bool ?? true
        isVerbose = found[3]?.bool ?? false
    }

    /// The same question to a model's own Ollama, whose name for it may be another one.
    func showBody(for model: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { root in
            root.member("model", model)
            if isVerbose { root.member("verbose", true) }
        }
        return writer.bytes
    }
}
