import Events
import HTTPTypes
import Hummingbird
import JSONBytes
import NIOCore
import Providers

/// `GET` and `DELETE /v1/responses/{id}` and `GET /v1/responses/{id}/input_items`: the responses that
/// are kept.
struct ResponsesEndpoint: Sendable {
    let responses: ResponseStore

    /// The response with an id, or, behind `/input_items`, the items of its input.
    func show(_ path: Substring) -> Response {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let id = String(parts[0])
        guard let kept = responses[id] else { return Self.missing(id) }
        if parts.count == 1 { return Self.json(kept.object) }
        guard parts.count == 2, parts[1] == "input_items" else { return Self.missing(String(path)) }
        var writer = JSONWriter()
        writer.object { root in
            root.member("object", "list")
            root.array("data") { data in kept.input.forEach { data.write(valid: $0) } }
            root.nullMember("first_id")
            root.nullMember("last_id")
            root.member("has_more", false)
        }
        return Self.json(writer.bytes)
    }

    /// Forgets the response with an id.
    func delete(_ id: Substring) -> Response {
        let id = String(id)
        guard responses.remove(id) else { return Self.missing(id) }
        var writer = JSONWriter()
        writer.object { root in
            root.member("id", id)
            root.member("object", "response")
            root.member("deleted", true)
        }
        return Self.json(writer.bytes)
    }

    private static func missing(_ id: String) -> Response {
        ClientError(
            status: 404,
            code: "response_not_found",
            message:
                "there is no response '\(id)': Logway keeps the newest ones, in memory, until it "
                + "stops",
            requestID: Events.RequestID.fresh().description
        ).response(for: .openai)
    }

    private static func json(_ body: [UInt8]) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: body))
        )
    }
}
