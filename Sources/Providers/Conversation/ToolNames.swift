import Events
import JSONBytes

/// The names by which a provider is told of a client's tools.
///
/// Families differ in the letters and lengths that they take, and none but OpenAI's responses has groups
/// of tools: so a name may have to be another one there, and the answer's calls get the client's back
/// (`AnswerRestoration`). The same tools have the same names each time, which prompt caches need.
struct ToolNames {
    /// A tool as the client knows it.
    struct ClientTool {
        var name: JSONSlice
        var namespace: JSONSlice?
        var isCustom = false
    }

    private struct Key: Hashable {
        let name: String
        let namespace: String?

        init(_ name: JSONSlice, _ namespace: JSONSlice?) {
            self.name = name.string ?? ""
            self.namespace = namespace?.string
        }
    }

    /// The name that is sent, where it is another one.
    private var sent: [Key: JSONSlice] = [:]
    /// The client's tool by the name that is sent, where something of it must be restored.
    private(set) var restored: [String: ClientTool] = [:]

    /// The names of a conversation's tools, those that were called before among them.
    init(of conversation: Conversation, for family: WireFamily) {
        var tools = conversation.tools.map { tool in
            ClientTool(name: tool.name, namespace: tool.namespace, isCustom: tool.isCustom)
        }
        for call in conversation.turns.flatMap(\.parts.toolCalls) {
            tools.append(ClientTool(name: call.name, namespace: call.namespace))
        }
        let rule = ToolNameRule(of: family)
        let isPlain = tools.allSatisfy {
            $0.namespace == nil && !$0.isCustom && rule.takes($0.name.text ?? [])
        }
        if isPlain { return }
        var taken: Set<String> = []
        var known: Set<Key> = []
        for tool in tools {
            let key = Key(tool.name, tool.namespace)
            guard known.insert(key).inserted else { continue }
            let name = rule.name(for: Self.wanted(key), isFree: { !taken.contains($0) })
            taken.insert(name)
            let isChanged = name != key.name || tool.namespace != nil
            if isChanged { sent[key] = .string(of: name.utf8) }
            if isChanged || tool.isCustom { restored[name] = tool }
        }
        // A model may leave the group out, as the client's own words for its tools often do.
        for tool in tools where tool.namespace != nil {
            let bare = tool.name.string ?? ""
            if !taken.contains(bare), restored[bare] == nil { restored[bare] = tool }
        }
    }

    /// The name to send for a tool of the client's.
    func name(_ name: JSONSlice, in namespace: JSONSlice? = nil) -> JSONSlice {
        sent.isEmpty ? name : sent[Key(name, namespace)] ?? name
    }

    /// The name of a group and the tool's, as MCP's clients join them.
    private static func wanted(_ key: Key) -> String {
        guard let namespace = key.namespace, !namespace.isEmpty else { return key.name }
        return namespace + (namespace.hasSuffix("__") ? "" : "__") + key.name
    }
}

/// What a family takes for a tool's name.
///
/// Sources, November 2026: OpenAI's reference, "Create chat completion" (a-z, A-Z, 0-9, underscores and
/// dashes, at most 64); Anthropic's, "Create a Message" (the same letters, at most 128); Google's,
/// "FunctionDeclaration" (also colons and dots, at most 64, and a letter or an underscore first). Ollama names
/// no rule.
struct ToolNameRule {
    private let mostBytes: Int
    private let extra: Set<UInt8>
    private let beginsWithLetter: Bool

    init(of family: WireFamily) {
        switch family {
        case .openai: self.init(64)
        case .anthropic: self.init(128)
        case .gemini: self.init(64, extra: ":.", beginsWithLetter: true)
        case .ollama: self.init(.max, extra: nil)
        }
    }

    private init(_ mostBytes: Int, extra: String? = "", beginsWithLetter: Bool = false) {
        self.mostBytes = mostBytes
        self.extra = extra.map { Set($0.utf8 + Array("_-".utf8)) } ?? Set(UInt8.min...UInt8.max)
        self.beginsWithLetter = beginsWithLetter
    }

    func takes(_ name: some Collection<UInt8>) -> Bool {
        guard let first = name.first, name.count <= mostBytes else { return false }
        return (!beginsWithLetter || first.isASCIILetter || first == UInt8(ascii: "_"))
            && name.allSatisfy(takes)
    }

    private func takes(_ byte: UInt8) -> Bool {
        byte.isASCIILetter || byte.isASCIIDigit || extra.contains(byte)
    }

    /// A name that is taken and free, as near to the wanted one as can be.
    func name(for wanted: String, isFree: (String) -> Bool) -> String {
        if takes(wanted.utf8), isFree(wanted) { return wanted }
        var bytes = wanted.utf8.map { takes($0) ? $0 : UInt8(ascii: "_") }
        if beginsWithLetter, bytes.first?.isASCIILetter != true, bytes.first != UInt8(ascii: "_") {
            bytes.insert(UInt8(ascii: "_"), at: 0)
        }
        let plain = String(decoding: bytes, as: UTF8.self)
        if takes(plain.utf8), isFree(plain) { return plain }
        // The end tells names apart that begin alike or differ in letters that can't be sent.
        var salt = 0
        while true {
            let end = "_" + ShortHash(wanted + (salt == 0 ? "" : "#\(salt)")).hex
            let room = min(bytes.count, mostBytes == .max ? .max : mostBytes - end.utf8.count)
            let name = String(decoding: bytes.prefix(room), as: UTF8.self) + end
            if isFree(name) { return name }
            salt += 1
        }
    }
}

extension UInt8 {
    var isASCIILetter: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
    }

    var isASCIIDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
