public import Events
import JSONBytes

extension ClientRequest {
    /// The paths of the fields that can't be said in `family`, sorted; empty when the request can be
    /// sent there.
    ///
    /// The first who asks has the whole request read, some microseconds a kilobyte. A field of a wrong type
    /// is an obstacle too, since only the request's own family can judge it.
    public func obstacles(to family: WireFamily) -> [String] {
        guard !api.passes(to: ProviderDialect(family)) else { return [] }
        if api.operation == .embeddings, !family.embeds { return ["embeddings"] }
        if let passage { return [passage.template] }
        do {
            return try losses(in: family).obstacles
        } catch {
            return [error.field ?? "the body"]
        }
    }

    /// The paths of what is left out on the way to `family`, sorted: hints whose loss changes price or
    /// speed but not the answer, declarations that a model need not use, what nobody has heard of; and the
    /// header for beta features, of which those that shape the answer have a field that says so.
    public func droppedHints(to family: WireFamily) -> [String] {
        droppedHints(speaking: ProviderDialect(family))
    }

    /// The same on the way to a provider that speaks `dialect`, whose model writes at most `mostOutput` tokens:
    /// a larger limit is lowered to that, and told too.
    public func droppedHints(speaking dialect: ProviderDialect, mostOutput: Int? = nil) -> [String]
    {
        guard !api.isPassedOnly else { return [] }
        guard !api.passes(to: dialect) else { return rerouting }
        let family = dialect.family
        do {
            let headers = passedHeaders.map(\.name).filter { $0 != "anthropic-version" }
            var paths = Set(try losses(in: family).dropped + headers)
            if let mostOutput, let maxOutputTokens, maxOutputTokens > mostOutput {
                paths.insert(limitPath)
            }
            return paths.sorted()
        } catch {
            // Unreadable is an obstacle, so nothing is sent and nothing dropped.
            return []
        }
    }

    /// The field of the output limit.
    private var limitPath: String {
        switch api {
        case .chatCompletions:
            root.members.contains {
                $0.name.isString("max_completion_tokens") && !$0.value.isNull
            } ? "max_completion_tokens" : "max_tokens"
        case .responses: "max_output_tokens"
        case .ollamaChat, .ollamaGenerate: "options.num_predict"
        default: "max_tokens"
        }
    }

    /// The body for a provider that speaks `dialect`, in one array.
    ///
    /// - Throws: as `upstreamPieces`.
    public func upstreamBody(
        for dialect: ProviderDialect,
        model: String,
        options: BodyOptions = BodyOptions(),
        signature: (String) -> String? = { _ in nil }
    ) throws(RequestError) -> [UInt8] {
        try upstreamPieces(for: dialect, model: model, options: options, signature: signature)
            .joinedBytes
    }

    /// The body for a provider that speaks `dialect`, in pieces to be sent one behind the other; what passes
    /// as it came is a view of the client's own.
    ///
    /// Within the API the model's name and what `options` ask for are spliced in, and every other
    /// byte stays; across families it is translated. What Logway made up in an earlier answer is taken
    /// back: thinking with an empty signature, which Anthropic refuses. `signature` knows what Gemini
    /// signed of a call, by the id under which the client knows the call.
    /// - Throws: `RequestError` when a field has the wrong type, or is an obstacle.
    public func upstreamPieces(
        for dialect: ProviderDialect,
        model: String,
        options: BodyOptions = BodyOptions(),
        signature: (String) -> String? = { _ in nil }
    ) throws(RequestError) -> [ArraySlice<UInt8>] {
        let family = dialect.family
        if api.passes(to: dialect) {
            return api.isResponses
                ? passedResponse(model: model, options: options)
                : splicedBody(model: model, options: options)
        }
        let body: [UInt8]
        switch try reading() {
        case .embeddings(let request):
            try refuse(family.embeds ? request.findings : [Self.noEmbeddings], for: family)
            body = request.body(for: family, model: model)
        case .conversation(let asked):
            try refuse(asked.findings, for: family)
            // So that the answer needs no reading, which may be forgotten by then.
            _ = try memo.restoration(in: family) { () throws(RequestError) in asked }
            let signed = family == .gemini ? asked.signed(by: signature) : asked
            let conversation = signed.shaped(for: family)
            body =
                switch family {
                case .openai:
                    OpenAIRequestWriter.write(conversation, model: model, options: options)
                case .anthropic:
                    AnthropicRequestWriter.write(conversation, model: model, options: options)
                case .ollama:
                    OllamaRequestWriter.write(conversation, model: model, options: options)
                case .gemini: GeminiRequestWriter.write(conversation, options: options)
                }
        }
        return [body[...]]
    }

    /// Embeddings as something that a family's API does not have.
    private static let noEmbeddings = Conversation.Finding(feature: .demand, path: "embeddings")

    /// Lets pass what can be said to `family`.
    private func refuse(
        _ findings: [Conversation.Finding],
        for family: WireFamily
    ) throws(RequestError) {
        let lost = findings.first { $0.treatment(in: family) == .refused }
        guard let lost else { return }
        throw RequestError(
            "\(lost.path) can't be said to a provider of the \(family.name) family",
            field: lost.path
        )
    }

    /// What the request loses in a family.
    private func losses(in family: WireFamily) throws(RequestError) -> TranslationLosses {
        try memo.losses(in: family, of: reading)
    }

    /// The request without its family; read once.
    private func reading() throws(RequestError) -> RequestReading {
        try memo.reading { () throws(RequestError) -> RequestReading in
            if api.operation == .embeddings {
                return .embeddings(try EmbeddingRequest.read(root, api: api))
            }
            return .conversation(try readConversation())
        }
    }

    /// The conversation without its family, of a request that is one; read once.
    func conversation() throws(RequestError) -> Conversation {
        guard case .conversation(let conversation) = try reading() else {
            preconditionFailure("a request to \(api) is no conversation")
        }
        return conversation
    }

    /// Whether it was read for a translation, and that is kept.
    public var hasReading: Bool { memo.isKept }

    /// What the reading that is kept takes of memory that others share; `nil` where nothing is held for it.
    public var readingRoom: (any AnyObject & Sendable)? { memo.room }

    /// Has `room` be held for as long as what was read is kept.
    public func keepReading(holding room: any AnyObject & Sendable) { memo.keep(holding: room) }

    /// Keeps what was read for a translation no longer: another one reads it again, for itself alone.
    public func forgetReading() { memo.forget() }

    /// What a translation for `family` changed that its answer must have undone; `nil` if nothing.
    func restoration(from dialect: ProviderDialect) -> AnswerRestoration? {
        guard !api.passes(to: dialect), api.operation != .embeddings else { return nil }
        do {
            return try memo.restoration(in: dialect.family, of: conversation)
        } catch {
            // What can't be read was never sent.
            return nil
        }
    }

    private func readConversation() throws(RequestError) -> Conversation {
        var conversation: Conversation
        let field: String
        switch api {
        case .chatCompletions:
            (conversation, field) = (try OpenAIRequestReader.read(root), "messages")
        case .messages:
            (conversation, field) = (try AnthropicRequestReader.read(root), "messages")
        case .completions:
            (conversation, field) = (try CompletionsRequestReader.read(root), "prompt")
        case .responses, .compaction:
            (conversation, field) = (try ResponsesRequestReader.read(root), "input")
            if isForSummary { conversation.askForSummary() }
        case .ollamaChat:
            (conversation, field) = (try OllamaRequestReader.readChat(root), "messages")
        case .ollamaGenerate:
            (conversation, field) = (try OllamaRequestReader.readGenerate(root), "prompt")
        case .generateContent:
            (conversation, field) = (
                try GeminiRequestReader.read(root, streamed: streamed), "contents"
            )
        case .embeddings, .ollamaEmbed, .ollamaEmbeddings, .embedContent, .batchEmbedContents,
            .images, .transcriptions, .speech, .moderations, .rerank, .files:
            preconditionFailure("a request to \(api) is no conversation")
        }
        conversation.noteEmptyTurns(in: field)
        return conversation
    }

    private func splicedBody(
        model: String,
        options: BodyOptions
    ) -> [ArraySlice<UInt8>] {
        if family == .gemini { return geminiBody(model: model, options) }
        if passage != nil { return passedBody(model: model) }
        var splice = JSONSplice(root)
        splice.set("model", to: model)
        removeHints(from: &splice)
        for field in rerouting { splice.remove(field) }
        let limit = maxOutputTokens == nil ? options.outputLimit : nil
        switch api {
        case .chatCompletions:
            if let limit { splice.set(options.limitField.rawValue, to: Array("\(limit)".utf8)) }
            askForUsage(in: &splice, options)
        case .messages:
            if let limit { splice.set("max_tokens", to: Array("\(limit)".utf8)) }
            if let messages = messagesWithoutOurThinking { splice.set("messages", to: messages) }
        case .ollamaChat, .ollamaGenerate:
            if let options = ollamaOptions(limit: limit, contextTokens: options.contextTokens) {
                splice.set("options", to: options)
            }
            let isSaid = root.members.contains { $0.name.isString("keep_alive") }
            if let keepAlive = options.keepAlive, !isSaid {
                var value = JSONWriter(capacity: 16)
                value.writeKeepAlive(keepAlive)
                splice.set("keep_alive", to: value.bytes)
            }
        case .completions:
            // Servers disagree on the limit of a request that sets none; a budget goes by OpenAI's.
            let isLimited = root.members.contains {
                $0.name.isString("max_tokens") && !$0.value.isNull
            }
            if let limit = options.outputLimit, !isLimited {
                let count = min(limit, CompletionsRequestReader.defaultLimit)
                splice.set("max_tokens", to: Array("\(count)".utf8))
            }
            askForUsage(in: &splice, options)
        case .responses, .compaction, .embeddings, .ollamaEmbed, .ollamaEmbeddings,
            .generateContent, .embedContent, .batchEmbedContents, .images, .transcriptions,
            .speech, .moderations, .rerank, .files:
            break
        }
        return splice.pieces
    }

    /// Asks for the usage of a stream where the client does not.
    private func askForUsage(in splice: inout JSONSplice, _ options: BodyOptions) {
        guard streamed, options.asksForUsage, !wantsStreamedUsage else { return }
        splice.set("stream_options", to: streamOptions)
    }

    /// The client's `options` with the limits that it left open; `nil` where nothing is added.
    ///
    /// A request without a context length is answered from the end of a long prompt alone, and one
    /// with another length than the last makes Ollama load the model again: so each gets the same.
    private func ollamaOptions(limit: Int?, contextTokens: Int?) -> [UInt8]? {
        guard limit != nil || contextTokens != nil else { return nil }
        let given = root.members.first { $0.name.isString("options") }?.value
        let own = given.flatMap { $0.kind == .object ? $0 : nil }
        let names = Set((own?.members.compactMap(\.name.string)) ?? [])
        var splice = JSONSplice(own ?? JSONSlice.emptyObject)
        for (name, value) in [("num_ctx", contextTokens), ("num_predict", limit)] {
            if let value, !names.contains(name) { splice.set(name, to: Array("\(value)".utf8)) }
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
