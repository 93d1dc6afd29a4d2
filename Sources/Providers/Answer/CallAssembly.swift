import JSONBytes

/// Puts the deltas of a stream's tool calls together, whatever of a call they repeat or leave out:
/// each call gets a number of its own, is told once, and has the pieces that belong to it.
///
/// OpenAI names a call and gives its id in its first delta, and the index in all. Others repeat name
/// and id in every delta (Fireworks), give index 0 to every call (Gemini's compatible API), none at
/// all, count from 1, send the id on its own before the name, or the whole call again and again.
struct CallAssembly {
    private struct Call {
        /// What came of it, as the strings are written; `nil` until it comes.
        var id: [UInt8]?
        var name: [UInt8]?
        var isTold = false
        var progress = ArgumentsProgress()
        /// Pieces that came before the name.
        var held: [JSONSlice] = []
    }

    /// What one delta, or one call of a whole answer, says.
    struct Delta {
        var index: Int?
        var id: JSONSlice?
        var name: JSONSlice?
        /// A piece of the arguments, a string.
        var arguments: JSONSlice?
    }

    private var calls: [Call] = []
    /// The bytes of ids, and of pieces that waited for a name.
    private(set) var keptByteCount = 0
    /// The places of the last call of each key and of the call with an id: a provider may send as many as
    /// fit into its answer, so that none is looked for among all others.
    private var lastByKey: [Int: Int] = [:]
    private var byID: [[UInt8]: Int] = [:]

    /// The most of those: ids are short, and a name comes with the first pieces or never.
    static let keptLimit = 1 << 20
    /// What a piece takes besides its bytes.
    private static let pieceOverhead = 128

    /// How many calls have begun.
    var count: Int { calls.count }

    /// The bytes of calls that never got a name, which no client can run.
    private(set) var unnamedByteCount = 0

    /// Appends the parts of a call of a whole answer, each of which is a call of its own.
    mutating func add(whole delta: Delta, into parts: inout [AnswerPart]) {
        begin(delta, key: calls.count)
        go(on: calls.count - 1, with: delta, into: &parts)
    }

    /// Appends the parts of a delta; `position` is its place in the list that it came in.
    mutating func add(_ delta: Delta, position: Int, into parts: inout [AnswerPart]) {
        let place = place(of: delta, position: position)
        if let place, goesOn(calls[place], with: delta) {
            go(on: place, with: delta, into: &parts)
        } else {
            begin(delta, key: delta.index ?? position)
            go(on: calls.count - 1, with: delta, into: &parts)
        }
    }

    private func place(of delta: Delta, position: Int) -> Int? {
        if let index = delta.index { return lastByKey[index] }
        if let id = delta.id?.rawText, let place = byID[Array(id)] { return place }
        return lastByKey[position]
    }

    /// Whether a delta with a call's index belongs to it, or begins the next one.
    private func goesOn(_ call: Call, with delta: Delta) -> Bool {
        guard let name = delta.name?.rawText else { return true }
        if let id = delta.id?.rawText, call.id != nil {
            return call.id.isEqual(id) || call.progress.isOpen
        }
        guard call.name != nil else { return true }
        if !call.name.isEqual(name) { return call.progress.isOpen }
        return !(call.progress.isComplete && delta.arguments.beginsObject)
    }

    private mutating func begin(_ delta: Delta, key: Int) {
        lastByKey[key] = calls.count
        calls.append(Call())
        identify(calls.count - 1, by: delta)
    }

    /// Takes the id of a call that has none yet.
    ///
    /// Two calls of one answer must not have one id: the second gets one of Logway's own.
    private mutating func identify(_ place: Int, by delta: Delta) {
        guard calls[place].id == nil, let id = delta.id?.rawText.map(Array.init),
            byID[id] == nil
        else { return }
        calls[place].id = id
        byID[id] = place
        unnamedByteCount += id.count
        keptByteCount += id.count
    }

    private mutating func go(
        on place: Int,
        with delta: Delta,
        into parts: inout [AnswerPart]
    ) {
        if !calls[place].isTold {
            identify(place, by: delta)
            if let name = delta.name {
                calls[place].name = name.rawText.map(Array.init)
                calls[place].isTold = true
                let id = calls[place].id.map { JSONSlice.quoting(raw: $0) }
                parts.append(.toolCall(index: place, ToolCallStart(id: id, name: name)))
                unnamedByteCount -= calls[place].id?.count ?? 0
                for piece in calls[place].held {
                    unnamedByteCount -= piece.range.count
                    parts.append(.arguments(index: place, piece))
                }
                calls[place].held = []
            }
        }
        guard let piece = delta.arguments, let raw = piece.rawText else { return }
        // Some send `{}` at first and the arguments after it; alone it is what no arguments mean.
        if !calls[place].progress.hasBegun, raw.elementsEqual("{}".utf8) { return }
        // A call that is whole already was sent again.
        if calls[place].progress.isComplete, delta.arguments.beginsObject { return }
        calls[place].progress.add(raw: raw)
        if calls[place].isTold {
            parts.append(.arguments(index: place, piece))
        } else {
            let held = JSONSlice.quoting(raw: raw)
            unnamedByteCount += held.range.count
            keptByteCount += raw.count + Self.pieceOverhead
            calls[place].held.append(held)
        }
    }
}

extension [UInt8]? {
    fileprivate func isEqual(_ other: ArraySlice<UInt8>) -> Bool {
        self?.elementsEqual(other) ?? false
    }
}

extension JSONSlice? {
    /// Whether the string begins with an object, which a piece in the middle of one hardly does.
    fileprivate var beginsObject: Bool { self?.rawText?.first == UInt8(ascii: "{") }
}

extension JSONSlice {
    /// A string of its own of what stands between the quotes of another, so that it doesn't keep
    /// that one's buffer.
    static func quoting(raw text: some Sequence<UInt8>) -> JSONSlice {
        var writer = JSONWriter()
        writer.write(valid: [UInt8(ascii: "\"")] + Array(text) + [UInt8(ascii: "\"")])
        return JSONSlice(written: writer)
    }
}
