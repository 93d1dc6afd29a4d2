import Events
import JSONBytes

/// Puts the results of tools behind the calls that they belong to, under ids that a family takes.
///
/// A result belongs to the nearest call before it with its id, since some servers give the same ids in
/// every answer. Providers refuse a call without a result and a result without a call: the one gets a
/// note for a result, the other is said as the user's text.
struct CallPairing {
    /// The calls of one turn with one id that wait for their results, in their order.
    private struct OpenCalls {
        /// Where the results stand: a turn, and the places in it.
        let turn: Int
        var places: [Int]
        /// The first of them that has none yet.
        var next = 0
    }

    /// The text of a result that isn't there.
    static let noResult = "[no result of this call is known]"

    private let rule: CallIDRule
    private var used: Set<String> = []
    /// How many made ids were tried in the place of a given one.
    private var salts: [String: Int] = [:]
    /// By the ids that were given, the last turn last.
    ///
    /// A request may hold as many calls as fit into its body, so that none is looked for among all others.
    private var open: [String: [OpenCalls]] = [:]
    private var turns: [Turn] = []

    private init(_ rule: CallIDRule) {
        self.rule = rule
    }

    /// The turns of a conversation with calls and results in pairs.
    static func paired(_ turns: [Turn], for family: WireFamily) -> [Turn] {
        guard turns.contains(where: { $0.parts.contains(where: \.isOfTools) }) else { return turns }
        var pairing = CallPairing(CallIDRule(of: family))
        for turn in turns { pairing.add(turn) }
        return pairing.turns
    }

    private mutating func add(_ turn: Turn) {
        guard turn.parts.contains(where: \.isOfTools) else { return turns.append(turn) }
        if turn.role == .assistant { addCalls(of: turn) } else { addResults(of: turn) }
    }

    /// An assistant's turn, and behind it one of results that are not known yet.
    private mutating func addCalls(of turn: Turn) {
        var said = turn
        said.parts = []
        var results = Turn(role: .user, parts: [], path: turn.path)
        for part in turn.parts {
            switch part.content {
            case .toolCall(var call):
                let id = call.id.string ?? ""
                let ownID = rule.id(for: id, salt: &salts[id, default: 0]) { !used.contains($0) }
                used.insert(ownID)
                call.id = .string(of: ownID.utf8)
                wait(for: id, turn: turns.count + 1, place: results.parts.count)
                said.parts.append(
                    Turn.Part(content: .toolCall(call), cacheControl: part.cacheControl)
                )
                results.parts.append(
                    .toolResult(
                        Turn.ToolResult(
                            id: call.id,
                            parts: [.note(Self.noResult)],
                            name: call.name,
                            namespace: call.namespace
                        )
                    )
                )
            case .toolResult(let result): said.parts += Self.stray(result)
            default: said.parts.append(part)
            }
        }
        turns.append(said)
        if !results.parts.isEmpty { turns.append(results) }
    }

    /// The results of a turn go to their calls; what else is in it stays.
    private mutating func addResults(of turn: Turn) {
        var rest = turn
        rest.parts = []
        for part in turn.parts {
            switch part.content {
            case .toolResult(let result):
                if let place = place(of: result.id.string ?? "") {
                    fill(place, with: result, cacheControl: part.cacheControl)
                } else {
                    rest.parts += Self.stray(result)
                }
            case .toolCall(let call):
                rest.parts.append(.note("[a call of the tool \(call.name.string ?? "")]"))
            default: rest.parts.append(part)
            }
        }
        if !rest.parts.isEmpty { turns.append(rest) }
    }

    private mutating func wait(for id: String, turn: Int, place: Int) {
        var calls = open.removeValue(forKey: id) ?? []
        if let last = calls.indices.last, calls[last].turn == turn {
            calls[last].places.append(place)
        } else {
            calls.append(OpenCalls(turn: turn, places: [place]))
        }
        open[id] = calls
    }

    /// Where a result belongs: to the first call without one of the last answer that has a call with
    /// that id.
    private mutating func place(of id: String) -> (turn: Int, place: Int)? {
        guard var calls = open.removeValue(forKey: id), var last = calls.popLast() else {
            return nil
        }
        let found = (turn: last.turn, place: last.places[last.next])
        last.next += 1
        if last.next < last.places.count { calls.append(last) }
        open[id] = calls
        return found
    }

    private mutating func fill(
        _ call: (turn: Int, place: Int),
        with result: Turn.ToolResult,
        cacheControl: JSONSlice?
    ) {
        guard case .toolResult(var known) = turns[call.turn].parts[call.place].content else {
            return
        }
        known.parts = result.parts
        known.isError = result.isError
        turns[call.turn].parts[call.place] = Turn.Part(
            content: .toolResult(known),
            cacheControl: cacheControl
        )
    }

    /// A result without a call as text of its own.
    private static func stray(_ result: Turn.ToolResult) -> [Turn.Part] {
        [.note("[the result of a call that is not part of this conversation]")] + result.parts
    }
}

extension Turn.Part {
    /// Whether it is a tool's call or result.
    fileprivate var isOfTools: Bool {
        switch content {
        case .toolCall, .toolResult: true
        case .text, .image, .file: false
        }
    }

    /// A text of ours in the place of something that can't be said.
    static func note(_ text: String) -> Turn.Part { .text(.string(of: text.utf8)) }
}

/// What a family takes for the id of a call.
///
/// Anthropic's 400 names its letters (`^[a-zA-Z0-9_-]+$`), OpenAI's its most characters (40). The others
/// are told no ids. All are unique within a request, which Anthropic demands.
struct CallIDRule {
    private let mostBytes: Int
    private let isPlain: Bool

    init(of family: WireFamily) {
        mostBytes = family == .openai ? 40 : 64
        isPlain = family == .anthropic
    }

    private func takes(_ byte: UInt8) -> Bool {
        byte.isASCIILetter || byte.isASCIIDigit || byte == UInt8(ascii: "_")
            || byte == UInt8(ascii: "-")
    }

    /// An id that is taken and free, as near to the given one as can be.
    ///
    /// `salt` is how many made ids of this given one were tried before, none of which is free.
    func id(for given: String, salt: inout Int, isFree: (String) -> Bool) -> String {
        var bytes = Array(given.utf8)
        if isPlain { bytes = bytes.map { takes($0) ? $0 : UInt8(ascii: "_") } }
        let plain = String(decoding: bytes, as: UTF8.self)
        if !bytes.isEmpty, bytes.count <= mostBytes, isFree(plain) { return plain }
        while true {
            defer { salt += 1 }
            let end = "_" + ShortHash(given + (salt == 0 ? "" : "#\(salt)")).hex
            let room = mostBytes - end.utf8.count
            let name = (bytes.isEmpty ? "call" : String(plain.limited(toBytes: room))) + end
            if isFree(name) { return name }
        }
    }
}
