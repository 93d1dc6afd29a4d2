/// Why an exchange, or the client, failed.
///
/// `endpoint` is host and port as the URL writes them. No case carries header values, paths, query
/// strings or body text, so every one may be logged.
public enum UpstreamError: Error, Sendable, Hashable {
    /// The method or a header can't be sent; the text names the header, never its value.
    case badRequest(String)
    /// The URL can't be used; the text says why, without the URL.
    case badURL(String)
    /// The pool runs `limit` exchanges and `queued` wait already.
    case poolExhausted(pool: String, limit: Int, queued: Int)
    /// The host has no address, or the lookup failed.
    case resolveFailed(endpoint: String)
    /// Nothing listens there.
    case connectionRefused(endpoint: String)
    /// The connection could not be made for another reason than a refusal.
    case connectionFailed(endpoint: String)
    /// The TLS handshake failed or the certificate was refused; `reason` is libcurl's text for it.
    case tls(endpoint: String, reason: String)
    /// The connection did not stand in time.
    case connectTimeout(endpoint: String, limit: Duration)
    /// No byte of the body came in time after the request.
    case firstTokenTimeout(endpoint: String, limit: Duration)
    /// The upstream acknowledged nothing more of the request's body for that long. With `mayHaveAll` all of
    /// it was sent, so it may have come; else part of it never left.
    case uploadTimeout(endpoint: String, limit: Duration, mayHaveAll: Bool)
    /// The body started and then stalled.
    case idleTimeout(endpoint: String, limit: Duration)
    /// The exchange as a whole took too long, wherever it was.
    case totalTimeout(endpoint: String, limit: Duration)
    /// The upstream ended the exchange early: before the head (`bytesReceived` is 0), short of its
    /// `Content-Length`, inside the chunks, or by an HTTP/2 reset. Bytes count the body only.
    case cut(endpoint: String, bytesReceived: Int)
    /// The upstream does not speak HTTP as it should; `reason` is libcurl's text for it.
    case protocolViolation(endpoint: String, reason: String)
    /// The head of the response exceeds 64 KiB.
    case headerTooLarge(endpoint: String, limit: Int)
    /// The head of the response has more than 256 headers.
    case tooManyHeaders(endpoint: String, limit: Int)
    /// The body exceeds what ``UpstreamExchange/collect(limit:)`` was told to take.
    case bodyTooLarge(endpoint: String, limit: Int)
    /// The exchange was cancelled on this side.
    case cancelled
    /// The client was shut down.
    case shutDown
    /// The system refused something that the client needs: memory, a thread, a descriptor.
    case system(String)
    /// This machine has no free local port for another connection to the endpoint; to others it may.
    case noLocalPort(endpoint: String)
}

extension UpstreamError: CustomStringConvertible {
    /// What happened, to which upstream, and what to do next where there is something.
    public var description: String {
        switch self {
        case .badRequest(let reason): "the request can't be sent: \(reason)"
        case .badURL(let reason): "the upstream URL can't be used: \(reason); check baseUrl"
        case .poolExhausted(let pool, let limit, let queued):
            "pool \(pool) is exhausted: \(limit) exchanges run and \(queued) wait; "
                + "retry later or raise its limits"
        case .resolveFailed(let endpoint):
            "no address found for \(endpoint); check the host name and DNS"
        case .connectionRefused(let endpoint):
            "\(endpoint) refused the connection; check that the server runs there"
        case .connectionFailed(let endpoint): "no connection to \(endpoint)"
        case .tls(let endpoint, let reason): "TLS with \(endpoint) failed: \(reason)"
        case .connectTimeout(let endpoint, let limit):
            "no connection to \(endpoint) within \(limit)"
        case .firstTokenTimeout(let endpoint, let limit):
            "no byte of a body from \(endpoint) within \(limit) of the request"
        case .uploadTimeout(let endpoint, let limit, let mayHaveAll):
            "\(endpoint) took no byte of the request for \(limit)"
                + (mayHaveAll ? "" : ", and has not all of it")
        case .idleTimeout(let endpoint, let limit):
            "the body from \(endpoint) stalled for \(limit)"
        case .totalTimeout(let endpoint, let limit):
            "the exchange with \(endpoint) did not end within \(limit)"
        case .cut(let endpoint, let bytesReceived):
            "\(endpoint) cut the response after \(bytesReceived) body bytes"
        case .protocolViolation(let endpoint, let reason):
            "\(endpoint) violates HTTP: \(reason)"
        case .headerTooLarge(let endpoint, let limit):
            "the response head from \(endpoint) exceeds \(limit) bytes"
        case .tooManyHeaders(let endpoint, let limit):
            "the response from \(endpoint) has more than \(limit) headers"
        case .bodyTooLarge(let endpoint, let limit):
            "the response body from \(endpoint) exceeds \(limit) bytes"
        case .cancelled: "the exchange was cancelled"
        case .shutDown: "the upstream client is shut down"
        case .system(let reason): "the system refused the upstream client: \(reason)"
        case .noLocalPort(let endpoint):
            "no connection to \(endpoint), since this machine lacks a free local port; raise "
                + "net.ipv4.ip_local_port_range, or wait until closed connections are forgotten"
        }
    }
}
