import Events
import HTTPTypes
import Hummingbird
import JSONBytes
import NIOCore
import RouterState

/// `GET /healthz` and `GET /readyz`, for load balancers and supervisors.
struct Readiness: Sendable {
    let ledger: Ledger

    /// The process runs and answers.
    var alive: Response { respond(.ok, status: "ok", reason: nil) }

    /// The log takes requests and there is a provider to send them to.
    var ready: Response {
        if let shortage = ledger.shortage {
            return respond(.serviceUnavailable, status: "unavailable", reason: "\(shortage)")
        }
        let hasProvider = ledger.read { state, _ in !state.policy.policy.providers.isEmpty }
        return hasProvider
            ? respond(.ok, status: "ready", reason: nil)
            : respond(.serviceUnavailable, status: "unavailable", reason: "no provider")
    }

    private func respond(
        _ code: HTTPResponse.Status,
        status: String,
        reason: String?
    ) -> Response {
        var writer = JSONWriter()
        writer.object { root in
            root.member("status", status)
            root.member("reason", ifPresent: reason)
        }
        return Response(
            status: code,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: writer.bytes))
        )
    }
}
