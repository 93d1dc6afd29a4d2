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

    private(set) var texts: [JSONSlice] = []
    private(set) var reasoning: [JSONSlice] = []
    private(set) var calls: [Call] = []
    /// The addresses of pictures.
    private(set) var pictures: [JSONSlice] = []

    init(_ parts: [AnswerPart], ids: AnswerIDs) {
        // By the calls' indices, since there may be as many as fit into an answer.
        var places: [Int: Int] = [:]
        for part in parts {
            switch part {
            case .text(let text): texts.append(text)
            case .reasoning(let text): reasoning.append(text)
            case .toolCall(let index, let start):
                let id = ids.call(index, given: start.id)
                places[index] = calls.count
                calls.append(Call(index: index, id: id, start: start))
            case .picture(let address): pictures.append(address)
            case .arguments(let index, let piece):
                guard !piece.isEmptyString, let call = places[index]
                else { continue }
                calls[call].arguments.append(piece)
            case .begin, .foreign, .usage, .receipt, .finish: break
            }
        }
    }
}

extension AnswerContent.Call {
    /// The arguments as an object; none, white space and `null` mean an empty one.
    ///
    /// - Throws: `ProviderFailure` when what the model wrote is none: a family whose calls hold
    ///   objects can't carry it.
    func object() throws(ProviderFailure) -> JSONSlice {
        let text = arguments.flatMap { $0.text ?? [] }
        do {
            var value = try JSONSlice(validating: text.isBlank ? Array("{}".utf8) : text)
            // JSON in a string of JSON: some servers quote what is quoted already.
            if let inner = value.text, inner.first == UInt8(ascii: "{") {
                value = try JSONSlice(validating: Array(inner))
            }
            if value.kind == .object { return value }
            if value.isNull || value.isEmptyString { return .emptyObject }
        } catch {
            throw ProviderFailure(
                .malformedOutput,
                "the arguments of tool call \(index) are not JSON: \(error)"
            )
        }
        throw ProviderFailure(.malformedOutput, "the arguments of tool call \(index) are no object")
    }
}

extension [UInt8] {
    fileprivate var isBlank: Bool { allSatisfy { $0 <= 0x20 } }
}
