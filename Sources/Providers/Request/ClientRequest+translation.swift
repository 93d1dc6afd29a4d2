public import Events
import JSONBytes

extension ClientRequest {
    /// The paths of the fields that can't be said in `family`, sorted; empty when the request can be
    /// sent there.
    ///
    /// Reads the whole request, some microseconds a kilobyte: ask once per family, not per
    /// candidate. A field of a wrong type is an obstacle too, since only the request's own family
    /// can judge it.
    public func obstacles(to family: WireFamily) -> [String] {
        guard family != self.family else { return [] }
        do {
            let findings = try conversation().findings
            let lost = findings.filter {
                !$0.feature.isHint && !$0.feature.canBeSaid(in: family)
            }
            return Set(lost.map(\.path)).sorted()
        } catch {
            return [error.field ?? "the body"]
        }
    }

    /// The paths of hints that are left out on the way to `family`, sorted: `cache_control` and the
    /// like, whose loss changes price or speed but not the answer; and the header for beta features,
    /// of which those that shape the answer have a field that says so.
    public func droppedHints(to family: WireFamily) -> [String] {
        guard family != self.family else { return [] }
        do {
            let findings = try conversation().findings
            let lost = findings.filter { $0.feature.isHint && !$0.feature.canBeSaid(in: family) }
            let headers = passedHeaders.map(\.name).filter { $0 != "anthropic-version" }
            return Set(lost.map(\.path) + headers).sorted()
        } catch {
            // Unreadable is an obstacle, so nothing is sent and nothing dropped.
            return []
        }
    }

    /// The body for a provider of `family`.
    ///
    /// Within the family the model's name and what `options` ask for are spliced in, and every other
    /// byte stays; across families it is translated.
    /// - Throws: `RequestError` when a field has the wrong type, or is an obstacle.
    public func upstreamBody(
        for family: WireFamily,
        model: String,
        options: UpstreamOptions = UpstreamOptions()
    ) throws(RequestError) -> [UInt8] {
        if family == self.family { return splicedBody(model: model, options: options) }
        let conversation = try conversation()
        let lost = conversation.findings.first {
            !$0.feature.isHint && !$0.feature.canBeSaid(in: family)
        }
        if let lost {
            throw RequestError(
                "\(lost.path) can't be said to a provider of the \(family.name) family",
                field: lost.path
            )
        }
        return switch family {
        case .openai: OpenAIRequestWriter.write(conversation, model: model, options: options)
        case .anthropic: AnthropicRequestWriter.write(conversation, model: model, options: options)
        case .ollama: OllamaRequestWriter.write(conversation, model: model, options: options)
        case .gemini: GeminiRequestWriter.write(conversation, options: options)
        }
    }

    /// The request without its family.
    func conversation() throws(RequestError) -> Conversation {
        switch family {
        case .openai: try OpenAIRequestReader.read(root)
        case .anthropic: try AnthropicRequestReader.read(root)
        case .ollama, .gemini: preconditionFailure("\(family.name) is not a client family")
        }
    }

    private func splicedBody(model: String, options: UpstreamOptions) -> [UInt8] {
        var splice = JSONSplice(root)
        splice.set("model", to: model)
        removeHints(from: &splice)
        if maxOutputTokens == nil, let limit = options.outputLimit {
            let name = family == .openai ? options.limitField.rawValue : "max_tokens"
            splice.set(name, to: Array(String(limit).utf8))
        }
        if family == .openai, streamed, options.asksForUsage, !wantsStreamedUsage {
            splice.set("stream_options", to: streamOptions)
        }
        return splice.bytes
    }

    /// The client's `stream_options` with `include_usage` on.
    private var streamOptions: [UInt8] {
        var members = root.members
        while let member = members.next() {
            guard member.name.isString("stream_options"), member.value.kind == .object else {
                continue
            }
            var splice = JSONSplice(member.value)
            splice.set("include_usage", to: Array("true".utf8))
            return splice.bytes
        }
        return Array(#"{"include_usage":true}"#.utf8)
    }
}
