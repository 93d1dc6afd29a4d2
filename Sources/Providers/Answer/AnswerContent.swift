import Events
import JSONBytes

/// The content of a whole answer, put together from its parts.
struct AnswerContent {
    struct Call {
        let index: Int
        var id: String
        /// What was said of it before its arguments.
        var start = ToolCallStart()
        var arguments: [JSONSlice] = []

        var name: JSONSlice? { start.name }
    }

    private(set) var id: JSONSlice?
    private(set) var texts: [JSONSlice] = []
    private(set) var reasoning: [JSONSlice] = []
    private(set) var calls: [Call] = []

    init(_ parts: [AnswerPart], ids: AnswerIDs) {
        for part in parts {
            switch part {
            case .begin(let id, _): self.id = id
            case .text(let text): texts.append(text)
            case .reasoning(let text): reasoning.append(text)
            case .toolCall(let index, let start):
                let id = ids.call(index, given: start.id)
                calls.append(Call(index: index, id: id, start: start))
            case .arguments(let index, let piece):
                guard let call = calls.lastIndex(where: { $0.index == index }) else { continue }
                calls[call].arguments.append(piece)
            case .foreign, .usage, .receipt, .finish: break
            }
        }
    }
}

extension AnswerContent.Call {
    /// The arguments as an object.
    ///
    /// - Throws: `ProviderFailure` when what the model wrote is none: a family whose calls hold
    ///   objects can't carry it.
    func object() throws(ProviderFailure) -> JSONSlice {
        let text = arguments.flatMap { $0.text ?? [] }
        do {
            let object = try JSONSlice(validating: text.isEmpty ? Array("{}".utf8) : text)
            if object.kind == .object { return object }
        } catch {
            throw ProviderFailure(
                .invalidResponse,
                "the arguments of tool call \(index) are not JSON: \(error)"
            )
        }
        throw ProviderFailure(.invalidResponse, "the arguments of tool call \(index) are no object")
    }
}
