import ClientHTTP
import Events
import HTTPTypes
import Hummingbird

/// What the headers of an answer say of its request: who answered, for how much, without what.
struct AnswerHeaders {
    let running: RunningRequest

    init(_ running: RunningRequest) {
        self.running = running
    }

    /// The headers of an answer; the cost is there once it is known.
    ///
    /// `passed` are the provider's own that go to the client.
    func fields(contentType: String, _ passed: HTTPFields) -> HTTPFields {
        var headers = passed
        // The date and the length, which come later, have room as well.
        headers.reserveCapacity(passed.count + 9)
        // Appended, as each name comes once: setting one first looks for what it replaces.
        func append(_ name: HTTPField.Name, _ value: String) {
            headers.append(HTTPField(name: name, value: value))
        }
        append(.contentType, contentType)
        append(.requestID, running.id.description)
        let attempt = running.attempt
        let provider = attempt?.provider ?? running.finished.last?.provider
        let model = attempt?.model ?? running.finished.last?.model
        if let provider { append(.provider, provider) }
        if let model { append(.model, Self.headerSafe(model)) }
        if let dropped = droppedHeader { append(.dropped, dropped) }
        if attempt == nil { append(.costUSD, running.cost?.description ?? "unknown") }
        if contentType == "text/event-stream" { append(.cacheControl, "no-cache") }
        return headers
    }

    /// The bytes of the header that says what was dropped, and the paths in it are whole: a client's
    /// library and a proxy take some kilobytes of headers in all.
    private static let droppedLimit = 512

    /// The paths of what the provider was not told; `nil` if it was told everything.
    private var droppedHeader: String? {
        guard !running.dropped.isEmpty else { return nil }
        let more = ", ..."
        var text = ""
        for path in running.dropped.map(Self.headerSafe) {
            let next = text.isEmpty ? path : text + ", " + path
            guard next.utf8.count + more.utf8.count <= Self.droppedLimit else {
                return text.isEmpty ? "..." : text + more
            }
            text = next
        }
        return text
    }

    /// The headers of a stream before anybody has answered it, for the page of an origin if one asks.
    func early(for page: String?) -> HTTPFields {
        var response = Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream", .requestID: running.id.description,
                .cacheControl: "no-cache",
            ],
            body: ResponseBody { _ in }
        )
        if let page { CrossOrigin.allow(page, to: &response) }
        return response.headers
    }

    /// The comment at the end of a stream that says what it cost.
    var costLine: String { "x-logway-cost-usd: \(running.cost?.description ?? "unknown")" }

    /// A model's name without what a header can't hold.
    private static func headerSafe(_ text: String) -> String {
        if text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) { return text }
        return String(
            text.unicodeScalars.map { (0x21...0x7E).contains($0.value) ? Character($0) : "?" }
        )
    }
}
