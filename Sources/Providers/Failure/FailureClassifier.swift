import Events
import JSONBytes

/// Decides what kind of failure an error of a provider is.
struct FailureClassifier {
    private let status: Int
    private let message: ProviderMessage
    private let body: [UInt8]

    /// The model that was asked; `nil` where the request was for none.
    private let model: String?

    init(status: Int, body: [UInt8], family: WireFamily, model: String? = nil) {
        self.status = status
        self.model = model
        self.body = body
        do {
            message = ProviderMessage(try JSONSlice(validating: body))
        } catch {
            var message = ProviderMessage()
            let text = String(decoding: body, as: UTF8.self)
            if !text.trimmed.isEmpty, text.trimmed.first != "<" { message.text = text }
            self.message = message
        }
    }

    func failure(headers: (String) -> String?, now: Timestamp) -> ProviderFailure {
        let kind = Self.kind(status: status, message, model: model)
        return ProviderFailure(
            kind,
            message.text ?? "the provider answered with status \(status)",
            status: status,
            code: message.code,
            param: message.param,
            retryAfter: kind == .rateLimited || kind == .overloaded
                ? RetryHint.delay(headers: headers, body: body, now: now)
                    ?? Self.defaultRetry(status: status) : nil
        )
    }

    /// The failure that an error object inside of a 200 stands for.
    static func inBand(_ root: JSONSlice, family: WireFamily) -> ProviderFailure {
        let message = ProviderMessage(root)
        let text = message.text ?? "the provider sent an error instead of an answer"
        var kind: FailureKind
        if let status = message.status, (400...599).contains(status) {
            kind = Self.kind(status: status, message)
        } else {
            kind =
                MissingEndpoint.isNamed(by: message)
                ? .endpointMissing : named(message) ?? .invalidResponse
            if kind == .invalidResponse, family == .ollama { kind = .serverError }
        }
        return ProviderFailure(
            kind,
            text,
            status: message.status,
            code: message.code,
            param: message.param,
            retryAfter: kind == .rateLimited ? message.status.flatMap(defaultRetry) : nil
        )
    }

    /// The wait where the provider names none; `nil` leaves it to whoever waits.
    ///
    /// A prompt or limit that the rest of the account can't pay says nothing of the next, smaller
    /// request, so the model is not kept from it for long.
    private static func defaultRetry(status: Int) -> Duration? {
        status == 402 ? .seconds(1) : nil
    }

    /// The kind by status and, where a status is used for several, by the provider's words.
    private static func kind(
        status: Int,
        _ message: ProviderMessage,
        model: String? = nil
    ) -> FailureKind {
        if status >= 400, MissingEndpoint.isNamed(by: message) { return .endpointMissing }
        switch status {
        case 401: return .keyRejected
        // OpenRouter says 402 to an account that is empty, and to one that has less than this one
        // request could cost. The latter still pays for smaller requests: a rejected key would
        // keep the provider from everyone for an hour, and an invalid request would not be tried
        // elsewhere, where it may be cheaper.
        case 402: return asksForFewerTokens(message) ? .rateLimited : .keyRejected
        // OpenAI and Groq say 403 to a good key whose project may not use this model.
        case 403: return deniesModel(message) ? .modelMissing : .keyRejected
        case 404, 410:
            // Who asks for a path that is not there learns nothing of the model.
            return MissingEndpoint.isMeant(by: message, model: model)
                ? .endpointMissing : .modelMissing
        // Real servers say 405 to a path of another method's, 501 to what they were not started for.
        case 405, 501: return .endpointMissing
        case 408: return .serverError
        case 429: return .rateLimited
        // 498 is Groq's for a flexible tier without capacity.
        case 498, 503, 529: return .overloaded
        case 413:
            // Groq says 413 for more tokens than a minute allows.
            return named(message) == .rateLimited ? .rateLimited : .contextTooLong
        case 400, 422: return named(message) ?? .invalidRequest
        case 400..<500:
            // 407, 415 and the like say that the provider is not asked where or how it wants
            // to be: a wrong address, a proxy in between. Another provider takes the same request.
            // OpenAI's type for each of them is `invalid_request_error`, so it blames nobody here.
            let kind = named(message) ?? .invalidRequest
            return kind == .invalidRequest ? .invalidResponse : kind
        case 500...:
            // Some local servers answer 500 to a prompt that is too long, and to a call of the
            // model's that is none.
            if isContextTooLong(message) { return .contextTooLong }
            return isOutputMalformed(message) ? .malformedOutput : .serverError
        default: return .invalidResponse
        }
    }

    /// The kind that the provider's own words name; `nil` for words that name none.
    private static func named(_ message: ProviderMessage) -> FailureKind? {
        if isContextTooLong(message) { return .contextTooLong }
        if isOutputMalformed(message) { return .malformedOutput }
        if message.words.contains(where: modelWords.contains) { return .modelMissing }
        let text = (message.text ?? "").lowercased()
        // OpenRouter and Anthropic say 400 to these.
        if text.contains("is not a valid model") { return .modelMissing }
        if text.contains("credit balance is too low") { return .keyRejected }
        // Google says 400 to a good key in a country that it does not serve.
        if text.contains("location is not supported") { return .keyRejected }
        for word in message.words {
            if let kind = kinds[word] { return kind }
        }
        return nil
    }

    private static func asksForFewerTokens(_ message: ProviderMessage) -> Bool {
        let text = (message.text ?? "").lowercased()
        return text.contains("fewer max_tokens") || text.contains("fewer tokens")
    }

    private static func deniesModel(_ message: ProviderMessage) -> Bool {
        let words = modelWords.union(deniedModelWords)
        if message.words.contains(where: words.contains) { return true }
        let text = (message.text ?? "").lowercased()
        return deniedModelPhrases.contains { text.contains($0) }
    }

    private static func isContextTooLong(_ message: ProviderMessage) -> Bool {
        if message.words.contains(where: contextWords.contains) { return true }
        let text = (message.text ?? "").lowercased()
        return contextPhrases.contains { text.contains($0) }
    }

    /// Whether the provider blames what the model wrote.
    private static func isOutputMalformed(_ message: ProviderMessage) -> Bool {
        if message.quotesGeneration { return true }
        if message.words.contains(where: outputWords.contains) { return true }
        let text = (message.text ?? "").lowercased()
        return outputPhrases.contains { text.contains($0) }
    }

    /// Groq's codes (console.groq.com, "Tool use", "Structured outputs", November 2026).
    private static let outputWords: Set<String> = [
        "tool_use_failed", "json_validate_failed", "output_parse_failed",
    ]

    /// Groq, Ollama, llama.cpp and vLLM (its parser of gpt-oss's format).
    private static let outputPhrases = [
        "failed to call a function", "error parsing tool call", "failed to parse tool call",
        "could not parse tool call", "failed to parse input at pos",
        "unexpected tokens remaining in message header", "harmonyerror",
    ]

    private static let contextWords: Set<String> = [
        "context_length_exceeded", "request_too_large", "exceed_context_size_error",
        "context_window_exceeded", "model_max_prompt_tokens_exceeded",
    ]

    private static let contextPhrases = [
        "prompt is too long", "maximum context length", "context length exceeded",
        "exceeds the available context", "exceed context limit", "exceeds context length",
        "exceeds the context length", "context window exceeds", "exceeds the context window",
        "exceeds the maximum number of tokens", "exceed context window", "prompt too long",
        "input is too long", "maximum prompt length", "too large for model with",
        "reduce the length of the messages", "longer than the model's context",
        // Kimi, Zhipu, Qwen, Cohere, TGI and Together, LM Studio.
        "exceeded model token limit", "prompt exceeds max length",
        "range of input length should be",
        "total number of tokens in this prompt", "`inputs` tokens + `max_new_tokens` must",
        "`inputs` must have less than", "when context the overflows", "when the context overflows",
    ]

    private static let modelWords: Set<String> = [
        "model_not_found", "model_decommissioned", "model_not_available", "invalid_model",
        "not_found_error", "unknown_model",
    ]

    private static let deniedModelWords: Set<String> = [
        "model_permission_blocked_project", "model_permission_blocked_org",
    ]

    private static let deniedModelPhrases = [
        "access to model", "access to the model", "access to this model",
        "to sample from this model", "to generate embeddings from this model",
    ]

    private static let kinds: [String: FailureKind] = [
        "overloaded_error": .overloaded,
        "overloaded": .overloaded,
        "service_unavailable": .overloaded,
        "rate_limit_error": .rateLimited,
        "rate_limit_exceeded": .rateLimited,
        "rate_limited": .rateLimited,
        "insufficient_quota": .rateLimited,
        "resource_exhausted": .rateLimited,
        "authentication_error": .keyRejected,
        "permission_error": .keyRejected,
        "billing_error": .keyRejected,
        "invalid_api_key": .keyRejected,
        "api_key_invalid": .keyRejected,
        "api_key_expired": .keyRejected,
        "unauthenticated": .keyRejected,
        "permission_denied": .keyRejected,
        "unavailable": .overloaded,
        "internal": .serverError,
        "deadline_exceeded": .serverError,
        "invalid_argument": .invalidRequest,
        "invalid_request_error": .invalidRequest,
        "api_error": .serverError,
        "server_error": .serverError,
        "internal_error": .serverError,
        "internal_server_error": .serverError,
        "timeout_error": .serverError,
    ]
}
