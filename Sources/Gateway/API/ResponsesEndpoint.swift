import ClientHTTP
import Events
import HTTPTypes
import Hummingbird
import JSONBytes
import Ledger
import NIOCore
import Platform
import ProviderClients
import Providers
import RouterState
import Upstream

/// `GET` and `DELETE /v1/responses/{id}`, `GET …/input_items` and `POST …/cancel`: the responses that
/// are kept, here or by the provider that gave them.
///
/// Like questions about models these are no requests: nothing is generated, and nothing recorded
/// (docs/decisions/0040).
struct ResponsesEndpoint: Sendable {
    /// The lanes that are asked for a response of which nobody knows who has it.
    private static let askedLimit = 8

    let responses: ResponseStore
    /// The bytes of an unknown id that a message quotes; ids of providers have fewer than a hundred.
    private static let quoted = 128

    let ledger: Ledger
    let providers: ProviderDirectory
    let questions: ProviderQuestions

    /// Answers a request for what is below `/v1/responses/`.
    func respond(
        to request: Request,
        _ method: HTTPRequest.Method,
        below path: Substring
    ) async -> Response {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let id = parts[0]
        let isKnown =
            switch (method, parts.dropFirst().first) {
            case (.get, nil), (.get, "input_items"), (.delete, nil), (.post, "cancel"): true
            default: false
            }
        guard isKnown, parts.count <= 2, id.utf8.allSatisfy(Self.isOfID) else {
            return Self.missing(String(path))
        }
        let query = request.uri.query.map { "?" + $0 } ?? ""
        if let answer = await passed(method, id, "/responses/" + path + query) {
            if method == .delete { _ = responses.remove(id) }
            return answer
        }
        return switch (method, parts.count) {
        case (.delete, _): delete(id)
        case (.post, _): cancel(id)
        default: show(id, items: parts.count == 2)
        }
    }

    /// What stands in ids of any provider, and changes no path.
    private static func isOfID(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// A provider's own answer, or why it can't be had; `nil` where Logway keeps the response itself,
    /// and where no provider has it.
    private func passed(
        _ method: HTTPRequest.Method,
        _ id: String,
        _ path: String
    ) async -> Response? {
        let fingerprint = HeldText.fingerprint(Array(id.utf8))
        let holder = ledger.read { state, _ in state.holders[fingerprint] }
        var lanes: [ProviderConnection] = []
        if let holder {
            lanes = [providers[holder.provider, holder.key]].compactMap(\.self)
        } else if responses[id] == nil {
            lanes = providers.all.filter(\.mayHoldResponses)
                .flatMap { providers.lanes(of: $0.name, in: ledger) }
        }
        var refusal: Response?
        for lane in lanes.prefix(Self.askedLimit) {
            do {
                let answer = try await questions.ask(lane, path, method: method.rawValue)
                let response = Self.json(
                    answer.said(answer.body),
                    status: answer.status,
                    from: lane
                )
                if (200..<300).contains(answer.status) { return response }
                // Whoever holds it says what is wrong; of others it only means that they don't.
                guard holder != nil else { continue }
                refusal =
                    answer.status < 500
                    ? response
                    : Self.failed(
                        ProviderFailure(.serverError, "it answered HTTP \(answer.status)"),
                        lane
                    )
            } catch {
                let failure =
                    switch error {
                    case let error as UpstreamError: ProviderFailure(error)
                    case let error as ProviderFailure: error
                    default: ProviderFailure(.ownShortage, "\(error)")
                    }
                // Of those who only might hold it, who can't be reached is as good as one who has it
                // not. What Logway lacks says nothing of who has it: at a 404 an agent gives its
                // conversation up.
                guard holder != nil || failure.kind == .ownShortage else { continue }
                refusal = Self.failed(failure, lane)
            }
        }
        return responses[id] == nil ? refusal : nil
    }

    /// The error where whoever holds a response can't be asked for it now.
    private static func failed(
        _ failure: ProviderFailure,
        _ provider: ProviderConnection
    ) -> Response {
        let isOwn = failure.kind == .ownShortage
        let words = failure.masked(by: provider.keys).message
        var error = ClientError(
            status: RequestFailure.status(of: failure.kind),
            code: isOwn ? "overloaded" : "all_providers_failed",
            message: isOwn
                ? "\(words); send it again in a moment"
                : "the provider '\(provider.name)', which may keep the response, failed: \(words)",
            requestID: Events.RequestID.fresh().description
        )
        if isOwn { error.retryAfter = Shortages.retryAfterSeconds }
        return error.response(for: .openai)
    }

    /// The response with an id, or the items of its input.
    private func show(_ id: String, items: Bool) -> Response {
        guard let kept = responses[id] else { return Self.missing(id) }
        guard items else { return Self.json(kept.object) }
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
    private func delete(_ id: String) -> Response {
        guard responses.remove(id) else { return Self.missing(id) }
        var writer = JSONWriter()
        writer.object { root in
            root.member("id", id)
            root.member("object", "response")
            root.member("deleted", true)
        }
        return Self.json(writer.bytes)
    }

    /// Only what runs in the background can be cancelled, and nothing does here.
    private func cancel(_ id: String) -> Response {
        guard responses[id] != nil else { return Self.missing(id) }
        return ClientError(
            status: 400,
            code: "not_in_background",
            message: "the response '\(id)' is complete; only one that runs in the background at "
                + "its provider can be cancelled",
            requestID: Events.RequestID.fresh().description
        ).response(for: .openai)
    }

    private static func missing(_ id: String) -> Response {
        ClientError(
            status: 404,
            code: "response_not_found",
            message:
                "there is no response '\(id.limited(toBytes: Self.quoted))': Logway keeps the newest "
                + "ones, in memory, until it stops",
            requestID: Events.RequestID.fresh().description
        ).response(for: .openai)
    }

    private static func json(_ body: [UInt8]) -> Response {
        json(ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }

    private static func json(
        _ body: ResponseBody,
        status: Int = 200,
        from provider: ProviderConnection? = nil
    ) -> Response {
        var headers: HTTPFields = [.contentType: "application/json"]
        headers[.provider] = provider?.name
        return Response(
            status: .init(code: status),
            headers: headers,
            body: body
        )
    }
}

extension ResponsesEndpoint {
    /// Whether a client asks to go on over a websocket, as Codex does at its built-in provider.
    static func wantsWebSocket(_ request: Request) -> Bool {
        request.headers[.upgrade]?.lowercased().contains("websocket") == true
    }

    /// The answer that makes such a client go on over HTTP at once; at a 405 Codex tries again for
    /// seconds.
    static var noWebSocket: Response {
        var response = ClientError(
            status: 426,
            code: "websocket_not_served",
            message: "responses are served over HTTP; send POST /v1/responses",
            requestID: Events.RequestID.fresh().description
        ).response(for: .openai)
        // RFC 9110, section 15.5.22: what to use instead. What may follow on the connection is not HTTP to
        // the parser, which saw an upgrade.
        response.headers[.upgrade] = "HTTP/1.1"
        response.headers[.connection] = "upgrade, close"
        return response
    }
}
