import HTTPTypes
import Hummingbird
import Settings

/// An error of a simulated provider, in OpenAI's shape.
struct SimulatedFailure {
    var status: HTTPResponse.Status
    var message: String
    var type = "invalid_request_error"
    var code: String?
    var parameter: String?
    var headers = HTTPFields()

    /// The answer that carries the error.
    var response: Response {
        let body =
            #"{"error":{"message":\#(jsonQuoted(message)),"type":"\#(type)","#
            + #""param":\#(parameter.map(jsonQuoted) ?? "null"),"#
            + #""code":\#(code.map(jsonQuoted) ?? "null")}}"#
        return .json(body, status: status, headers: headers)
    }

    /// A request that came too soon, with the headers that tell when to come again.
    ///
    /// As OpenAI does, it tells the milliseconds too, since `retry-after` has whole seconds only. Whoever
    /// may come again within a second met a limit on bursts: no quota of a minute is used up.
    static func rateLimited(retryAfter: Duration) -> SimulatedFailure {
        let milliseconds = Int(retryAfter / .milliseconds(1))
        let seconds = (milliseconds + 999) / 1_000
        var told = [("retry-after", "\(seconds)"), ("retry-after-ms", "\(milliseconds)")]
        if milliseconds >= 1_000 {
            told += [
                ("x-ratelimit-limit-requests", "60"), ("x-ratelimit-remaining-requests", "0"),
                ("x-ratelimit-reset-requests", "\(milliseconds)ms"),
                ("x-ratelimit-limit-tokens", "60000"), ("x-ratelimit-remaining-tokens", "0"),
                ("x-ratelimit-reset-tokens", "\(milliseconds)ms"),
            ]
        }
        var headers = HTTPFields()
        for (name, value) in told {
            if let field = HTTPField.Name(name) { headers[field] = value }
        }
        return SimulatedFailure(
            status: .tooManyRequests,
            message: "Simulated rate limit; try again in \(milliseconds) ms.",
            type: "requests",
            code: "rate_limit_exceeded",
            headers: headers
        )
    }

    /// A server that breaks down or has no capacity.
    static func broken(overloaded: Bool) -> SimulatedFailure {
        SimulatedFailure(
            status: overloaded ? .serviceUnavailable : .internalServerError,
            message: overloaded ? "Simulated overload." : "Simulated server error.",
            type: "server_error"
        )
    }

    /// A model that the provider does not have.
    static func unknownModel(_ id: String, known: [SimulatedModel]) -> SimulatedFailure {
        let names = known.map(\.name).joined(separator: ", ")
        return SimulatedFailure(
            status: .notFound,
            message: "The model `\(id)` does not exist; there are \(names).",
            code: "model_not_found",
            parameter: "model"
        )
    }

    /// A prompt that does not fit.
    static func tooLong(tokens: Int, limit: Int) -> SimulatedFailure {
        SimulatedFailure(
            status: .badRequest,
            message: "This model's maximum context length is \(limit) tokens; the messages have"
                + " \(tokens).",
            code: "context_length_exceeded",
            parameter: "messages"
        )
    }

    /// A request for work that the model is not made for.
    static func otherWork(_ model: SimulatedModel, _ work: String) -> SimulatedFailure {
        SimulatedFailure(
            status: .badRequest,
            message: "The model `\(model.name)` is not for \(work).",
            parameter: "model"
        )
    }

    /// A body over the limit.
    static let tooLarge = SimulatedFailure(
        status: .contentTooLarge,
        message: "The body is too large."
    )

    /// A request without the right key.
    static let keyRejected = SimulatedFailure(
        status: .unauthorized,
        message: "Incorrect API key provided.",
        code: "invalid_api_key"
    )

    /// A path that the provider does not serve.
    static let unknownPath = SimulatedFailure(status: .notFound, message: "Unknown request URL.")

    /// A body that is no request.
    static let malformed = SimulatedFailure(
        status: .badRequest,
        message: "The request's body is not what this path takes, in JSON."
    )
}

extension Response {
    /// An answer of JSON.
    static func json(
        _ body: String,
        status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(
            status: status,
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(string: body))
        )
    }
}
