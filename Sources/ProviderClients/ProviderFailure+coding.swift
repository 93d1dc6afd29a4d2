import Events
public import Providers
public import Upstream

extension ProviderFailure {
    /// The failure of an answer that came compressed; `nil` where its bytes can be read as they are.
    ///
    /// Nobody asked for that, since no request says `Accept-Encoding`, but some proxies do it all the
    /// same. libcurl could decode it, but what it decodes of a transfer that is paused, as one is for a
    /// slow client, goes to a buffer that overflows and fails it (curl issue 16280).
    public init?(codingOf head: UpstreamHead) {
        guard let coding = head.contentCoding else { return nil }
        self.init(
            .invalidResponse,
            "the provider answered in the content coding \(coding), which was not asked for: turn it off "
                + "at the server or the proxy before it",
            status: head.status
        )
    }
}

extension UpstreamHead {
    /// The codings of bodies that are compressed, of the IANA registry (RFC 9110, section 8.4.1).
    private static let compressing: Set<String> = [
        "gzip", "x-gzip", "deflate", "br", "zstd", "compress", "x-compress", "dcb", "dcz",
    ]

    /// The compression of the body; `nil` where there is none, or one of a name that is no coding.
    public var contentCoding: String? {
        guard let value = headers["content-encoding"]?.lowercased() else { return nil }
        // The last one is the outermost.
        let last = value.split { $0 == "," || $0 == " " }.last.map(String.init)
        return last.flatMap { Self.compressing.contains($0) ? $0 : nil }
    }
}
