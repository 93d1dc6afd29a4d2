import JSONBytes

extension ClientRequest {
    /// The messages without thinking that Logway gave an Anthropic client in an answer of another family,
    /// whose signature is empty, since Anthropic refuses such blocks; `nil` where there is none.
    ///
    /// A message of such a block alone is left out. Every other byte of a message stays.
    var messagesWithoutOurThinking: [ArraySlice<UInt8>]? {
        guard hasThinking else { return nil }
        let messages = root.members.first { $0.name.isString("messages") }?.value
        guard let messages, messages.kind == .array else { return nil }
        var kept: [[ArraySlice<UInt8>]] = []
        var isChanged = false
        for message in messages.elements {
            let content = message.members.first { $0.name.isString("content") }?.value
            let blocks = content.map { Array($0.elements) } ?? []
            let others = blocks.filter { !$0.isOurThinking }
            if others.count == blocks.count {
                kept.append([message.raw])
                continue
            }
            isChanged = true
            if others.isEmpty { continue }
            var splice = JSONSplice(message)
            splice.set("content", to: Self.array(of: others.map { [$0.raw] }))
            kept.append(splice.pieces)
        }
        return isChanged ? Self.array(of: kept) : nil
    }

    /// An array of values, each in pieces.
    private static func array(of values: [[ArraySlice<UInt8>]]) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = [[UInt8(ascii: "[")]]
        for (index, value) in values.enumerated() {
            if index > 0 { pieces.append([UInt8(ascii: ",")]) }
            pieces += value
        }
        pieces.append([UInt8(ascii: "]")])
        return pieces
    }
}

extension JSONSlice {
    /// Whether it is a block of thinking that nobody signed.
    fileprivate var isOurThinking: Bool {
        var isThinking = false
        var signature: JSONSlice?
        for member in members {
            if member.name.isString("type") { isThinking = member.value.isString("thinking") }
            if member.name.isString("signature") { signature = member.value }
        }
        return isThinking && signature?.isEmptyString == true
    }
}
