import Events
import HTTPTypes
import Hummingbird

extension RunningRequest {
    /// The headers of an answer; the cost is there once it is known.
    ///
    /// `passed` are the provider's own that go to the client.
    func headers(contentType: String, _ passed: HTTPFields = HTTPFields()) -> HTTPFields {
        var headers = passed
        // The date and the length, which come later, have room as well.
        headers.reserveCapacity(passed.count + 9)
        // Appended, as each name comes once: setting one first looks for what it replaces.
        func append(_ name: HTTPField.Name, _ value: String) {
            headers.append(HTTPField(name: name, value: value))
        }
        append(.contentType, contentType)
        append(.requestID, id.description)
        let provider = attempt?.provider ?? finished.last?.provider
        let model = attempt?.model ?? finished.last?.model
        if let provider { append(.provider, provider) }
        if let model { append(.model, Self.headerSafe(model)) }
        if let dropped = droppedHeader { append(.dropped, dropped) }
        if attempt == nil { append(.costUSD, cost?.description ?? "unknown") }
        if contentType == "text/event-stream" { append(.cacheControl, "no-cache") }
        return headers
    }

    /// The bytes of the header that says what was dropped, and the paths in it are whole: a client's
    /// library and a proxy take some kilobytes of headers in all.
    private static let droppedLimit = 512

    /// The paths of what the provider was not told; `nil` if it was told everything.
    private var droppedHeader: String? {
        guard !dropped.isEmpty else { return nil }
        let more = ", ..."
        var text = ""
        for path in dropped.map(Self.headerSafe) {
            let next = text.isEmpty ? path : text + ", " + path
            guard next.utf8.count + more.utf8.count <= Self.droppedLimit else {
                return text.isEmpty ? "..." : text + more
            }
            text = next
        }
        return text
    }

    /// The headers of a stream before anybody has answered it, for the page of an origin if one asks.
    func earlyHeaders(for page: String?) -> HTTPFields {
        var response = Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream", .requestID: id.description,
                .cacheControl: "no-cache",
            ],
            body: ResponseBody { _ in }
        )
        if let page { CrossOrigin.allow(page, to: &response) }
        return response.headers
    }

    /// The comment at the end of a stream that says what it cost.
    var costLine: String { "x-logway-cost-usd: \(cost?.description ?? "unknown")" }

    /// A model's name without what a header can't hold.
    private static func headerSafe(_ text: String) -> String {
        if text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) { return text }
        return String(
            text.unicodeScalars.map { (0x21...0x7E).contains($0.value) ? Character($0) : "?" }
        )
    }
}

extension HTTPField.Name {
    // The names are constants of the right form, so that building them can't fail.
    private static func own(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else { preconditionFailure("bad header \(name)") }
        return field
    }

    /// The request's id.
    static let requestID = own("x-logway-request-id")
    /// The provider that answered.
    static let provider = own("x-logway-provider")
    /// The model that answered.
    static let model = own("x-logway-model")
    /// What the request cost, in dollars.
    static let costUSD = own("x-logway-cost-usd")
    /// What the provider that answered was not told.
    static let dropped = own("x-logway-dropped")
    /// Whether a count of tokens is an estimate.
    static let estimate = own("x-logway-estimate")
    /// Told to clients whose libraries would try again at once (OpenAI's and Anthropic's SDKs).
    static let shouldRetry = own("x-should-retry")
    /// Anthropic's header for a key.
    static let apiKey = own("x-api-key")
    /// The key of a Google client.
    static let googleAPIKey = own("x-goog-api-key")
    /// Anthropic's version header, by which its clients are told apart on shared paths.
    static let anthropicVersion = own("anthropic-version")
}
