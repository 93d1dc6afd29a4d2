public import Events
public import JSONBytes

extension ClientRequest {
    /// The body of a request to OpenAI's responses for a provider that has them.
    ///
    /// Every byte stays but for the model's name, a budget's limit, and what that provider can't read:
    /// texts that another one encrypted, items of Logway's own making and, where the conversation so far
    /// is kept elsewhere, its id.
    func passedResponse(model: String, options: BodyOptions) -> [ArraySlice<UInt8>] {
        // Whoever holds the earlier response is sent its id alone, as the client sent it.
        let isHolder = options.asked != nil && options.asked == links.previous
        let source = isHolder ? original ?? root : root
        var splice = JSONSplice(source)
        splice.set("model", to: model)
        removeHints(from: &splice)
        for field in rerouting { splice.remove(field) }
        if api == .responses, maxOutputTokens == nil, let limit = options.outputLimit {
            splice.set("max_output_tokens", to: Array("\(limit)".utf8))
        }
        if original != nil, !isHolder { splice.remove("previous_response_id") }
        if let input = readableInput(of: source, for: options.asked) {
            splice.set("input", to: input)
        }
        return splice.pieces
    }

    /// Whether the conversation that it goes on from is part of its body.
    public var isExpanded: Bool { original != nil }

    /// The paths of what `readableInput` leaves out on the way to a provider's lane.
    public func unreadable(for asked: ResponseHolder) -> [String] {
        guard links.encrypted.contains(where: { isForeign($0, to: asked) }) else { return [] }
        return ["input[].encrypted_content"]
    }

    /// The items of the input that a provider can read; `nil` where those are all of them.
    private func readableInput(of source: JSONSlice, for asked: ResponseHolder?) -> [UInt8]? {
        let isForeign = links.encrypted.contains { self.isForeign($0, to: asked) }
        guard isForeign || links.hasOwnItems else { return nil }
        var members = source.members
        while let member = members.next() {
            guard member.name.isString("input"), member.value.kind == .array else { continue }
            var writer = JSONWriter(capacity: member.value.range.count)
            writer.array { items in
                for item in member.value.elements { write(item, for: asked, to: &items) }
            }
            return writer.bytes
        }
        return nil
    }

    private func write(
        _ item: JSONSlice,
        for asked: ResponseHolder?,
        to items: inout JSONWriter
    ) {
        var type: JSONSlice?
        var id: JSONSlice?
        var content: JSONSlice?
        var encrypted: ArraySlice<UInt8> = []
        for member in item.members {
            switch member.name.string {
            case "type": type = member.value
            case "id": id = member.value
            case "content": content = member.value
            case "encrypted_content": encrypted = member.value.text ?? []
            default: break
            }
        }
        if let summary = OwnItems.summary(in: encrypted) {
            return items.object { message in
                message.member("type", "message")
                message.member("role", "user")
                message.name("content")
                message.write(text: Array(OwnItems.summaryHeading.utf8) + summary)
            }
        }
        if !encrypted.isEmpty, isForeign(HeldText.fingerprint(encrypted), to: asked) { return }
        let isReasoning = type?.isString("reasoning") == true
        if encrypted.isEmpty, isReasoning, OwnItems.isOwn(id: id, content: content) { return }
        items.write(item)
    }

    /// Whether an encrypted text came from another provider or lane than the one that is asked.
    private func isForeign(_ fingerprint: UInt64, to asked: ResponseHolder?) -> Bool {
        guard let asked, let holder = links.holders[fingerprint] else { return false }
        return (holder.provider, holder.key) != (asked.provider, asked.key)
    }

    /// The same request with all of its conversation in its input: the items of the response that it goes
    /// on from before its own, and each item that it only names in its place.
    ///
    /// - Parameters:
    ///   - earlier: the items of the earlier response's conversation, each a JSON object.
    ///   - limit: the bytes that the whole may have, as if it had been sent as such.
    ///   - item: the item with an id, a JSON object; `nil` where it is not known.
    /// - Returns: the request, which keeps its body as it came beside the whole.
    /// - Throws: `RequestError` when the whole can't be read, or is too long.
    public func expanded(
        by earlier: [[UInt8]],
        upTo limit: Int,
        item: (String) -> [UInt8]?
    ) throws(RequestError) -> ClientRequest {
        let input = root.members.first { $0.name.isString("input") }?.value
        // A name of some bytes may stand for an item of millions, as often as names fit into a body.
        var left = limit - body.count
        var items = earlier
        for one in earlier { left -= one.count }
        for own in input?.inputItems(known: item) ?? [] where left >= 0 {
            left -= own.count
            items.append(own)
        }
        guard left >= 0 else {
            throw RequestError(
                "the input, with what it goes on from and what it names, is longer than \(limit) bytes",
                field: "input"
            )
        }
        var writer = JSONWriter(capacity: limit - left)
        writer.array { array in for one in items { array.write(valid: one) } }
        var splice = JSONSplice(root)
        splice.set("input", to: writer.bytes)
        // It is made of what was valid, so it is not validated again.
        var request = try ClientRequest(api: api, root: splice.slice)
        request.passedHeaders = passedHeaders
        request.original = root
        return request
    }
}

extension JSONSlice {
    /// The items of a response's input, each a JSON object; a text is short for one of the user's.
    public var inputItems: [[UInt8]] { inputItems { _ in nil } }

    /// The items, with what is known of each that is only named in its place.
    fileprivate func inputItems(known: (String) -> [UInt8]?) -> [[UInt8]] {
        guard kind == .string else {
            return elements.map { item in
                item.referredID.flatMap(known) ?? Array(item.raw)
            }
        }
        var writer = JSONWriter()
        writer.object { item in
            item.member("type", "message")
            item.member("role", "user")
            item.member("content", self)
        }
        return [writer.bytes]
    }

    /// The id of the item that a reference names.
    private var referredID: String? {
        guard
            members.contains(where: {
                $0.name.isString("type") && $0.value.isString("item_reference")
            })
        else { return nil }
        return members.first { $0.name.isString("id") }?.value.string
    }
}
