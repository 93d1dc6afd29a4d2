import Events
import JSONBytes

/// What a translation changed in a request that has to be undone in the answer: the names of tools and their
/// groups, custom tools that were sent as functions, a tool that was forced by its schema, one call at a
/// time where a family has no word for it.
///
/// It is made from the conversation and the family alone, and stands between the provider's reader
/// and the client's writer, for whole answers and for streams.
struct AnswerRestoration {
    private let names: ToolNames
    /// Whether calls after the first are left out.
    private let allowsOneCall: Bool
    private var forcing: ToolForcing?
    private var firstCall: Int?
    /// The custom call whose arguments come, and what came of them.
    private var custom: (index: Int, text: [UInt8])?

    /// What has to be undone in answers of `family`; `nil` if nothing.
    init?(of conversation: Conversation, for family: WireFamily) {
        names = ToolNames(of: conversation, for: family)
        allowsOneCall =
            conversation.parallelTools == false
            && Feature.serialTools.treatment(in: family) == .emulated
        forcing = ToolForcing(of: conversation, for: family)
        if names.restored.isEmpty, !allowsOneCall, forcing == nil { return nil }
    }

    /// The parts for the client in the place of those that came.
    mutating func restore(_ parts: [AnswerPart]) -> [AnswerPart] {
        var restored: [AnswerPart] = []
        restored.reserveCapacity(parts.count)
        for part in parts {
            for part in forcing?.restore(part) ?? [part] { restore(part, into: &restored) }
        }
        return restored
    }

    /// What is left at the answer's end.
    mutating func finish() -> [AnswerPart] {
        var restored: [AnswerPart] = []
        for part in forcing?.finish() ?? [] { restore(part, into: &restored) }
        endCustomCall(into: &restored)
        return restored
    }

    private mutating func restore(_ part: AnswerPart, into restored: inout [AnswerPart]) {
        switch part {
        case .toolCall(let index, var start):
            endCustomCall(into: &restored)
            guard isAllowed(index) else { return }
            if let tool = names.restored[start.name?.string ?? ""] {
                start.name = tool.name
                start.namespace = tool.namespace
                start.isCustom = tool.isCustom
                if tool.isCustom { custom = (index, []) }
            }
            restored.append(.toolCall(index: index, start))
        case .arguments(let index, let piece):
            guard isAllowed(index) else { return }
            if custom?.index == index {
                custom?.text += piece.text ?? []
            } else {
                restored.append(part)
            }
        case .finish:
            endCustomCall(into: &restored)
            restored.append(part)
        case .begin, .text, .reasoning, .picture, .foreign, .usage, .receipt:
            restored.append(part)
        }
    }

    private mutating func isAllowed(_ index: Int) -> Bool {
        guard allowsOneCall else { return true }
        if firstCall == nil { firstCall = index }
        return firstCall == index
    }

    /// The one argument of a custom tool's call is its text; what a model wrote in another form is the
    /// text itself.
    private mutating func endCustomCall(into restored: inout [AnswerPart]) {
        guard let (index, text) = custom else { return }
        custom = nil
        restored.append(.arguments(index: index, Self.input(of: text)))
    }

    private static func input(of text: [UInt8]) -> JSONSlice {
        do {
            let object = try JSONSlice(validating: text)
            if object.kind == .string { return object }
            let members = Array(object.members)
            let named = members.first {
                $0.name.isString(Conversation.ToolDefinition.customInput)
            }
            if let input = (named ?? (members.count == 1 ? members[0] : nil))?.value,
                input.kind == .string
            {
                return input
            }
        } catch {
            // No JSON: the model wrote the text.
        }
        return .string(of: text)
    }
}
