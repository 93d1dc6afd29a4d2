import Events
import JSONBytes

/// Reads the message of a choice, whole or a delta of it, into parts.
struct OpenAIMessageReader {
    private static let keys: JSONKeys = [
        "content", "tool_calls", "function_call", "refusal", "audio", "images",
        // What the servers of the family call reasoning. Several may say the same, so the first one
        // that holds something counts.
        "reasoning_content", "reasoning", "reasoning_text", "thinking", "reasoning_details",
        "thinking_blocks",
    ]
    private static let callKeys: JSONKeys = [
        "index", "id", "function", "custom", "name", "arguments", "input", "parameters", "args",
    ]

    private var calls = CallAssembly()

    /// The bytes of calls that have no name yet.
    var unnamedByteCount: Int { calls.unnamedByteCount }

    /// Checks the calls so far, of which some may never be told.
    func checkLimits() throws(ProviderFailure) {
        guard calls.count <= AnswerTally.blockLimit, calls.keptByteCount <= CallAssembly.keptLimit
        else {
            throw ProviderFailure(
                .invalidResponse,
                "the answer has more than \(AnswerTally.blockLimit) calls, or more than "
                    + "\(CallAssembly.keptLimit) bytes of their ids and of calls without a name"
            )
        }
    }

    /// Appends the parts of a message.
    mutating func read(
        _ message: JSONSlice,
        isDelta: Bool,
        into parts: inout [AnswerPart]
    ) throws(JSONError) {
        guard message.kind == .object else {
            try AnswerText.read(message, as: .text, into: &parts)
            return
        }
        let found = try message.scan(Self.keys)
        for reasoning in found[6...]
        where try AnswerText.read(reasoning, as: .reasoning, into: &parts) {
            break
        }
        try AnswerText.read(found[0], as: .text, into: &parts)
        try AnswerText.read(found[3], as: .text, into: &parts)
        try AnswerText.read(found[5], as: .text, into: &parts)
        if let audio = found[4], !audio.isNull {
            parts.append(.foreign(byteCount: audio.range.count))
        }
        let before = calls.count
        try read(calls: found[1], isDelta: isDelta, into: &parts)
        if !isDelta, calls.count == before { try read(callsIn: found[0], into: &parts) }
        // The form before tools; who sends both says the same twice.
        guard let call = found[2], call.kind == .object, calls.count == before else { return }
        try read(call: call, position: 0, isDelta: isDelta, into: &parts)
    }

    /// Calls are a list; one alone, or an object of several by their index, is taken as well.
    private mutating func read(
        calls value: JSONSlice?,
        isDelta: Bool,
        into parts: inout [AnswerPart]
    ) throws(JSONError) {
        guard let value else { return }
        let list: [JSONSlice]
        if value.kind == .object {
            let isOne = try value.scan(["function", "name"]).contains { $0 != nil }
            list = isOne ? [value] : value.members.map(\.value)
        } else {
            list = Array(value.elements)
        }
        for (position, call) in list.enumerated() {
            try read(call: call, position: position, isDelta: isDelta, into: &parts)
        }
    }

    /// Calls may stand between the parts of the content, as Anthropic's do, in servers in front of it.
    private mutating func read(
        callsIn content: JSONSlice?,
        into parts: inout [AnswerPart]
    ) throws(JSONError) {
        guard let content, content.kind == .array else { return }
        for part in content.elements where part.kind == .object {
            guard let type = try part.member("type")?.string,
                ["tool_use", "tool_call", "function_call", "function"].contains(type)
            else { continue }
            try read(call: part, position: calls.count, isDelta: false, into: &parts)
        }
    }

    private mutating func read(
        call: JSONSlice,
        position: Int,
        isDelta: Bool,
        into parts: inout [AnswerPart]
    ) throws(JSONError) {
        guard call.kind == .object else {
            if !call.isNull { parts.append(.foreign(byteCount: call.range.count)) }
            return
        }
        let found = try call.scan(Self.callKeys)
        var name = found[4]
        var arguments = found[5] ?? found[6] ?? found[7] ?? found[8]
        if let custom = found[3], custom.kind == .object {
            // A tool that takes a text: one of Logway's functions takes it as `input`.
            let inner = try custom.scan(["name", "input"])
            name = inner[0] ?? name
            arguments = inner[1]
        } else if let function = found[2] {
            if function.kind == .string {
                name = function
            } else {
                let inner = try function.scan(["name", "arguments", "input", "parameters", "args"])
                name = inner[0] ?? name
                arguments = inner[1...].lazy.compactMap(\.self).first ?? arguments
            }
        }
        let delta = CallAssembly.Delta(
            index: found[0]?.count,
            id: found[1]?.scalarText,
            name: name?.nonEmptyString,
            arguments: arguments?.argumentsText
        )
        if isDelta {
            calls.add(delta, position: position, into: &parts)
        } else {
            calls.add(whole: delta, into: &parts)
        }
    }
}

extension JSONSlice {
    /// The value, if it is a string with something in it.
    var nonEmptyString: JSONSlice? { kind == .string && range.count > 2 ? self : nil }

    /// A string or a number as a string with something in it; `nil` for anything else.
    var scalarText: JSONSlice? {
        kind == .number ? .string(of: raw) : nonEmptyString
    }

    /// A call's arguments as JSON text: as they are, or the value itself where a server has read
    /// them; `nil` where there are none.
    var argumentsText: JSONSlice? {
        switch kind {
        case .string: nonEmptyString
        case .null: nil
        default: .string(of: raw)
        }
    }
}
