import Events
import Foundation
import JSONBytes

/// A provider's embeddings, read.
struct EmbeddingAnswer {
    private(set) var model: JSONSlice?
    /// The vectors in the order of the inputs: arrays of numbers, or base64.
    private(set) var vectors: [JSONSlice] = []
    private(set) var usage = TokenUsage()
    private(set) var receipt: Nanodollars?

    private static let keys: JSONKeys = [
        "model", "data", "embeddings", "embedding", "usage", "prompt_eval_count", "error",
        "usageMetadata",
    ]

    /// Reads an answer of OpenAI's family, of Ollama's `/api/embed` or of its `/api/embeddings`, or of
    /// Gemini's `batchEmbedContents`, to a request for `count` vectors.
    ///
    /// - Throws: the error object inside of it, or what is wrong with it: a vector that is missing
    ///   would give every later text the vector of another.
    init(_ body: [UInt8], from family: WireFamily, count: Int) throws(ProviderFailure) {
        let root: JSONSlice
        do {
            root = try JSONSlice(validating: body)
        } catch {
            throw AnswerReader.notJSON(body, error)
        }
        var parts: [AnswerPart] = []
        let found: [JSONSlice?]
        do {
            found = try root.scan(Self.keys).map { $0?.isNull == true ? nil : $0 }
            if let usage = found[4] { try OpenAIUsage.read(usage, into: &parts) }
            if let data = found[1] {
                vectors = try Self.ordered(data)
            } else if let embeddings = found[2] {
                vectors = Array(embeddings.elements)
                if family == .gemini {
                    vectors = try vectors.compactMap { vector throws(JSONError) in
                        try vector.member("values")
                    }
                }
            } else if let embedding = found[3] {
                vectors = [try embedding.member("values") ?? embedding]
            }
            if let counts = try found[7]?.member("promptTokenCount")?.count {
                parts.append(.usage(TokenUsage(input: counts, origin: .provider), replaces: true))
            }
        } catch {
            throw ProviderFailure(.invalidResponse, "the answer can't be read: \(error)")
        }
        if found[6] != nil { throw FailureClassifier.inBand(root, family: family) }
        model = found[0]
        for part in parts {
            switch part {
            case .usage(let counts, _): usage = counts
            case .receipt(let receipt): self.receipt = receipt
            default: break
            }
        }
        if let tokens = found[5]?.count {
            usage = TokenUsage(input: tokens, origin: .provider)
        }
        // Nothing is written but vectors, which no provider counts.
        if usage.origin == .provider { usage.output = 0 }
        guard vectors.count == count, vectors.allSatisfy({ $0.kind != .object }) else {
            throw ProviderFailure(
                .invalidResponse,
                "the answer holds \(vectors.count) vectors for \(count) texts"
            )
        }
    }

    /// The vectors in the order of their `index`, which need not be that of the list.
    private static func ordered(_ data: JSONSlice) throws(JSONError) -> [JSONSlice] {
        var found: [(index: Int, vector: JSONSlice)] = []
        for (place, element) in data.elements.enumerated() {
            let members = try element.scan(["index", "embedding"])
            guard let vector = members[1] else { continue }
            found.append((index: members[0]?.int ?? place, vector: vector))
        }
        return found.sorted { $0.index < $1.index }.map(\.vector)
    }

    /// The body for a client of another API; `tokens` is the estimate for a client that must be told
    /// how many the texts have.
    ///
    /// - Throws: `ProviderFailure` when the vectors are not numbers, as was asked.
    func body(
        for request: ClientRequest,
        as identity: AnswerIdentity,
        tokens: Int
    ) throws(ProviderFailure) -> [UInt8] {
        guard vectors.allSatisfy({ $0.kind == .array }) else {
            throw ProviderFailure(.invalidResponse, "the vectors are not arrays of numbers")
        }
        let model = model?.string ?? identity.model
        var writer = JSONWriter(capacity: 64 + vectors.reduce(0) { $0 + $1.range.count })
        writer.object { root in
            switch request.api {
            case .embedContent:
                root.object("embedding") { $0.member("values", ifPresent: vectors.first) }
                writeGeminiUsage(to: &root)
            case .batchEmbedContents:
                root.array("embeddings") { list in
                    for vector in vectors { list.object { $0.member("values", vector) } }
                }
                writeGeminiUsage(to: &root)
            case .ollamaEmbeddings: root.member("embedding", ifPresent: vectors.first)
            case .ollamaEmbed:
                root.member("model", model)
                root.array("embeddings") { list in vectors.forEach { list.write($0) } }
                root.member("total_duration", max(1, identity.durations?.total.nanoseconds ?? 0))
                root.member("load_duration", 0)
                root.member("prompt_eval_count", usage.input ?? tokens)
            default:
                root.member("object", "list")
                root.array("data") { list in
                    for (index, vector) in vectors.enumerated() {
                        list.object { object in
                            object.member("object", "embedding")
                            object.member("index", index)
                            object.name("embedding")
                            if request.wantsBase64 {
                                object.write(text: Self.base64(vector))
                            } else {
                                object.write(vector)
                            }
                        }
                    }
                }
                root.member("model", model)
                root.object("usage") { object in
                    object.member("prompt_tokens", usage.prompt ?? tokens)
                    object.member("total_tokens", usage.prompt ?? tokens)
                }
            }
        }
        return writer.bytes
    }

    private func writeGeminiUsage(to root: inout JSONWriter) {
        guard let count = usage.prompt else { return }
        root.object("usageMetadata") { $0.member("promptTokenCount", count) }
    }

    /// A vector as OpenAI packs it: 32-bit floats, lowest byte first, in base64.
    private static func base64(_ vector: JSONSlice) -> [UInt8] {
        var bytes: [UInt8] = []
        for element in vector.elements {
            let bits = Float(element.double ?? 0).bitPattern
            for shift in stride(from: 0, to: 32, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(shift)))
            }
        }
        return Array(Data(bytes).base64EncodedData())
    }
}
