public import Events
import JSONBytes

/// An error as a client sees it, in the shape of the client's own family.
public struct ClientError: Hashable, Sendable {
    /// The HTTP status it is sent with, from which OpenAI's and Anthropic's types follow.
    public var status: Int
    /// A stable word for programs: `model_not_found`, `invalid_json`.
    public var code: String
    /// What happened and what to do next.
    public var message: String
    /// The path of the request's field at fault.
    public var param: String?
    /// The request's id.
    public var requestID: String
    /// A JSON value for the member `details`: which providers were tried or skipped, and why.
    public var details: [UInt8]?
    /// In how many seconds it is worth trying again; `nil` where nobody knows.
    ///
    /// Gemini's clients read it in the body, others in a header.
    public var retryAfter: Int?

    /// An error; `details` must be valid JSON.
    public init(
        status: Int,
        code: String,
        message: String,
        param: String? = nil,
        requestID: String,
        details: [UInt8]? = nil
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.param = param
        self.requestID = requestID
        self.details = details
    }

    /// The same error without secrets in its words; the client's own request is none.
    public func without(_ redaction: Redaction) -> ClientError {
        var error = self
        error.message = redaction.masked(message)
        error.code = redaction.masked(code)
        error.param = param.map(redaction.masked)
        error.details = details.map(redaction.masked)
        return error
    }

    /// The body of an answer with an error status, made at an instant.
    public func body(for family: WireFamily, at time: Timestamp) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { root in
            switch family {
            case .openai: writeOpenAI(to: &root, time)
            case .gemini: root.object("error") { writeGemini(to: &$0, time) }
            case .anthropic: writeAnthropic(to: &root, time)
            case .ollama:
                root.member("error", message)
                root.member("code", code)
                writeDetails(to: &root, time)
            }
        }
        return writer.bytes
    }

    /// What is sent when a stream fails after its first byte; no clean end may follow it.
    public func frame(for family: WireFamily, at time: Timestamp) -> [UInt8] {
        let body = body(for: family, at: time)
        return switch family {
        case .openai, .gemini: Array("data: ".utf8) + body + Array("\n\n".utf8)
        case .anthropic:
            Array("event: error\ndata: ".utf8) + body + Array("\n\n".utf8)
        case .ollama: body + Array("\n".utf8)
        }
    }

    private func writeOpenAI(to root: inout JSONWriter, _ time: Timestamp) {
        root.object("error") { error in
            error.member("message", message)
            error.member("type", openAIType)
            if let param {
                error.member("param", param)
            } else {
                error.nullMember("param")
            }
            error.member("code", code)
            writeDetails(to: &error, time)
        }
    }

    private func writeAnthropic(to root: inout JSONWriter, _ time: Timestamp) {
        root.member("type", "error")
        root.object("error") { error in
            error.member("type", anthropicType)
            error.member("message", message)
            error.member("code", code)
            error.member("param", ifPresent: param)
            error.member("time", time.description)
            if let details {
                error.name("details")
                error.write(valid: details)
            }
        }
        root.member("request_id", requestID)
    }

    private func writeDetails(to object: inout JSONWriter, _ time: Timestamp) {
        object.member("request_id", requestID)
        object.member("time", time.description)
        if let details {
            object.name("details")
            object.write(valid: details)
        }
    }

    /// OpenAI's type for the status (its API reference, "Error codes").
    private var openAIType: String {
        // What OpenAI's own API says when money is used up, whose status is that of a rate.
        if code == "budget_exceeded" { return "insufficient_quota" }
        return switch status {
        case 401: "authentication_error"
        case 403: "permission_error"
        case 429: "rate_limit_error"
        case 500...: "server_error"
        default: "invalid_request_error"
        }
    }

    /// Anthropic's type for the status (its API reference, "Errors").
    private var anthropicType: String {
        switch status {
        case 401: "authentication_error"
        case 403: "permission_error"
        case 404: "not_found_error"
        case 413: "request_too_large"
        case 429: "rate_limit_error"
        case 503, 529: "overloaded_error"
        case 504: "timeout_error"
        case 500...: "api_error"
        default: "invalid_request_error"
        }
    }
}
