import Events
import JSONBytes

extension Conversation {
    /// The conversation as a provider of `family` can be told it: names and ids that it takes, results
    /// behind their calls, everything in a place where it may stand, and notes for what can't be said.
    ///
    /// Whatever is refused was found before, so that what is noted here is past.
    func shaped(for family: WireFamily) -> Conversation {
        var shaped = self
        let names = ToolNames(of: self, for: family)
        shaped.tools = tools.map { $0.asFunction(named: names.name($0.name, in: $0.namespace)) }
        if case .named(let name) = toolChoice { shaped.toolChoice = .named(names.name(name)) }
        shaped.turns = CallPairing.paired(turns, for: family).map { turn in
            var turn = turn.placed(for: family)
            turn.parts = turn.parts.map { $0.renamed(by: names) }
            return turn
        }
        shaped.askSystemAlone(of: family)
        shaped.closeEnds(for: family)
        if family == .anthropic { shaped.limitCacheMarks() }
        shaped.stop = Array(
            (family == .anthropic ? stop.filter { !$0.isBlankString } : stop)
                .prefix(family.mostStops)
        )
        if family == .anthropic, case .json = format { shaped.system.append(.note(Self.jsonOnly)) }
        return shaped
    }

    /// What Anthropic is told in place of a JSON mode.
    static let jsonOnly = "Answer with one JSON object and nothing else: no prose, no code fence."

    /// A system prompt without a turn becomes the user's text where a turn is demanded.
    private mutating func askSystemAlone(of family: WireFamily) {
        guard family == .anthropic || family == .gemini, turns.spoken.isEmpty else { return }
        turns = [Turn(role: .user, parts: system, path: "")]
        system = []
    }
}

extension Turn.Part {
    /// The part with the names of tools that are sent.
    fileprivate func renamed(by names: ToolNames) -> Turn.Part {
        var part = self
        switch content {
        case .toolCall(var call):
            call.name = names.name(call.name, in: call.namespace)
            part.content = .toolCall(call)
        case .toolResult(var result):
            result.name = result.name.map { names.name($0, in: result.namespace) }
            part.content = .toolResult(result)
        case .text, .image, .file: break
        }
        return part
    }
}

extension Turn {
    /// The turn with each of its parts said in a form, and in a place, that `family` has.
    fileprivate func placed(for family: WireFamily) -> Turn {
        var turn = self
        turn.parts = []
        // What a result shows, for families whose results hold text alone.
        var shown: [Part] = []
        for part in parts {
            guard case .toolResult(var result) = part.content else {
                turn.parts.append(part.said(to: family, by: role))
                continue
            }
            let inside = result.parts.map { $0.said(inResultTo: family) }
            if family == .anthropic {
                result.parts = inside
            } else {
                let pictures = inside.filter { $0.text == nil }
                result.parts = inside.filter { $0.text != nil }
                if !pictures.isEmpty {
                    let name = result.name?.string.map { " of \($0)" } ?? ""
                    result.parts.append(.note("[\(pictures.shownKinds): shown below]"))
                    shown.append(.note("[\(pictures.shownKinds) from the result\(name)]"))
                    shown += pictures
                }
            }
            turn.parts.append(Part(content: .toolResult(result), cacheControl: part.cacheControl))
        }
        turn.parts += shown
        guard role == .system, family == .anthropic || family == .gemini else { return turn }
        turn.role = .user
        turn.parts = turn.parts.map(\.asReminder)
        return turn
    }
}

extension Turn.Part {
    /// A system prompt in a turn of the user's, marked as Claude Code marks such texts.
    fileprivate var asReminder: Turn.Part {
        guard let text, !text.isBlankString else { return self }
        let raw = String(decoding: text.text ?? [], as: UTF8.self)
        if raw.hasPrefix("<system-reminder>") { return self }
        var writer = JSONWriter(capacity: text.range.count + 64)
        writer.write(
            joined: [
                .string(of: "<system-reminder>\n".utf8), text,
                .string(of: "\n</system-reminder>".utf8),
            ],
            separator: ""
        )
        return Turn.Part(
            content: .text(JSONSlice(written: writer)),
            cacheControl: cacheControl
        )
    }

    /// The part in a turn to a family; only a user shows pictures and documents everywhere.
    fileprivate func said(to family: WireFamily, by role: Turn.Role) -> Turn.Part {
        let part = saidAsText(to: family)
        guard role != .user, part.image != nil || part.file != nil else { return part }
        return .note("[\([part].shownKinds)]")
    }

    /// The part in a tool's result.
    fileprivate func said(inResultTo family: WireFamily) -> Turn.Part {
        switch content {
        case .toolCall, .toolResult: .note("[a tool's call]")
        case .text, .image, .file: saidAsText(to: family)
        }
    }

    /// What the family has no word for as text: plain text itself, a note of everything else.
    private func saidAsText(to family: WireFamily) -> Turn.Part {
        switch content {
        case .image(.url(let url)):
            guard Feature.imageURL.treatment(in: family) == .refused else { return self }
            return .note("[image at \(url.string ?? "")]")
        case .file(let file):
            if let text = file.plainText(for: family) {
                return Turn.Part(content: .text(text), cacheControl: cacheControl)
            }
            guard file.feature?.treatment(in: family) == .refused else { return self }
            return .note("[\(file.kindName)\(file.name?.string.map { " " + $0 } ?? "") left out]")
        case .image(.data), .text, .toolCall, .toolResult: return self
        }
    }
}

extension [Turn.Part] {
    /// What pictures and documents are called in a note.
    fileprivate var shownKinds: String {
        let kinds = map { $0.file?.kindName ?? "image" }
        return kinds.count == 1 ? kinds[0] : "\(kinds.count) files"
    }
}
