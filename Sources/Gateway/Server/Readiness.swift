import Events
import HTTPTypes
import Hummingbird
import JSONBytes
import Ledger
import NIOCore
import Platform
import RouterState
import Upstream

/// `GET /healthz` and `GET /readyz`, for load balancers and supervisors.
struct Readiness: Sendable {
    let ledger: Ledger
    let shortages: Shortages
    let upstream: UpstreamClient
    var diagnostics: DiagnosticLines?

    /// The process runs and answers; with what it holds for requests now, where `?detailed` asks for it.
    func alive(_ request: Request) -> Response {
        let options = request.uri.query?.split(separator: "&") ?? []
        guard options.contains("detailed") else { return respond(.ok, status: "ok", reason: nil) }
        return respond(.ok, status: "ok", reason: nil, holds: holds)
    }

    /// What is held, by name: requests and attempts of the log, which hold budgets, calls of providers and
    /// their connections, and what the process keeps beside them.
    private var holds: [(name: String, count: Int)] {
        let (requests, attempts) = ledger.read { state, _ in
            (state.inFlight.count, state.inFlight.attemptCount)
        }
        let pools = upstream.statistics.pools.values
        let upstream = [
            ("upstreamCalls", pools.reduce(0) { $0 + $1.inUse + $1.queued }),
            ("upstreamConnections", pools.reduce(0) { $0 + $1.open }),
        ]
        return [("requests", requests), ("attempts", attempts)] + upstream
            + Held.allCases.map { ($0.name, $0.count) }
    }

    /// The log takes requests and there is a provider to send them to.
    var ready: Response {
        if let shortage = ledger.shortage {
            return respond(.serviceUnavailable, status: "unavailable", reason: "\(shortage)")
        }
        if let words = shortages.current(of: Shortages.Kind.ofAll) {
            return respond(.serviceUnavailable, status: "overloaded", reason: words)
        }
        // A clock that is doubted and what only some requests lack keep nobody else from being served,
        // and somebody has to know of it.
        let reasons = [shortages.current(of: Shortages.Kind.ofSome), ledger.clockDoubt]
            .compactMap { $0 }
        let hasProvider = ledger.read { state, _ in !state.policy.policy.providers.isEmpty }
        return hasProvider
            ? respond(
                .ok,
                status: "ready",
                reason: reasons.isEmpty ? nil : reasons.joined(separator: "; ")
            )
            : respond(.serviceUnavailable, status: "unavailable", reason: "no provider")
    }

    private func respond(
        _ code: HTTPResponse.Status,
        status: String,
        reason: String?,
        holds: [(name: String, count: Int)] = []
    ) -> Response {
        var writer = JSONWriter()
        writer.object { root in
            root.member("status", status)
            root.member("reason", ifPresent: reason)
            if let dropped = diagnostics?.dropped, dropped > 0 {
                root.member("droppedLogLines", dropped)
            }
            guard !holds.isEmpty else { return }
            root.object("holds") { for (name, count) in holds { $0.member(name, count) } }
        }
        return Response(
            status: code,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: writer.bytes))
        )
    }
}
