import Testing
import Upstream

extension UpstreamRequest {
    /// A GET in a pool of its own for the test.
    static func get(
        _ url: String,
        headers: [(name: String, value: String)] = [],
        timeouts: UpstreamTimeouts = UpstreamTimeouts(),
        pool: UpstreamPool = .hosted("test")
    ) -> UpstreamRequest {
        UpstreamRequest(
            method: "GET",
            url: url,
            headers: headers,
            timeouts: timeouts,
            pool: pool
        )
    }
}

extension UpstreamExchange {
    /// The whole body as text.
    func text() async throws(UpstreamError) -> String {
        String(decoding: try await collect(limit: 16 << 20), as: UTF8.self)
    }

    /// The error that reading everything ends with.
    func failure() async -> UpstreamError? {
        do {
            _ = try await head()
            while try await next() != nil {}
            return nil
        } catch {
            return error
        }
    }
}
