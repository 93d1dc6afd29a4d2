import ClientHTTP
import Events
import HTTPTypes
import Hummingbird
import Ledger
import NIOCore
import Platform
import ProviderClients
import Providers
import RouterState

/// Anthropic's `POST /v1/messages/count_tokens`, OpenAI's `POST /v1/responses/input_tokens` and Gemini's
/// `:countTokens`: how many tokens a request would have.
///
/// The model's own provider counts where it can, as Anthropic's and Google's do; else it is an estimate,
/// and the answer's header says so. Nothing is generated, so nothing is charged and nothing recorded
/// (docs/decisions/0040).
struct TokenCountEndpoint: Sendable {
    let ledger: Ledger
    let providers: ProviderDirectory
    let questions: ProviderQuestions
    let bodyLimit: BodyLimit
    /// The memory that the bodies of all requests share.
    let bodyRoom: MemoryRoom

    func respond(
        to request: Request,
        api: ClientAPI,
        address: ModelAddress? = nil
    ) async -> Response {
        let held = HeldRoom(of: bodyRoom)
        defer { withExtendedLifetime(held) {} }
        do {
            let body = try await request.wholeBody(upTo: bodyLimit, in: held)
            return await LargeWork.run(on: body.count) {
                await respond(to: request, body, api: api, address: address)
            }
        } catch {
            return ClientError(unreadable: error, id: .fresh()).response(for: api.family)
        }
    }

    private func respond(
        to request: Request,
        _ body: [UInt8],
        api: ClientAPI,
        address: ModelAddress?
    ) async -> Response {
        let client: ClientRequest
        var hints = RequestReceived()
        do {
            client = try TokenCount.request(
                in: body,
                by: api,
                address: address,
                header: { HTTPField.Name($0).flatMap { request.headers[$0] } }
            )
            try HintReader(request.headers, metadata: client.metadata).read(into: &hints)
        } catch {
            return ClientError(unreadable: error, id: .fresh()).response(for: api.family)
        }
        let model = client.model
        let owners = ledger.read { state, _ in
            // A text that is to stay on the machine is not sent away to be counted either.
            state.owners(of: model).owners.filter { owner in
                (TokenCount.isPossible(in: owner.family)
                    || (api == .responses && owner.family == .openai))
                    && (!hints.hints.isLocalOnly
                        || state.policy.provider(owner.provider)?.isLocal == true)
            }
        }
        for owner in owners {
            guard let provider = providers.lanes(of: owner.provider, in: ledger).first,
                let answer = await count(client, as: owner.model, at: provider)
            else { continue }
            return answer
        }
        return estimate(of: client)
    }

    /// The provider's count, or its refusal of the request; `nil` when it can't be had there.
    private func count(
        _ client: ClientRequest,
        as model: String,
        at provider: ProviderConnection
    ) async -> Response? {
        let family = provider.endpoint.family
        let dialect = provider.dialect(for: model)
        let passes = client.api.passes(to: dialect)
        // OpenAI's family counts in its responses only.
        guard passes || family != .openai else { return nil }
        do {
            let body =
                passes && family == .openai
                ? try client.upstreamBody(for: dialect, model: model)
                : try TokenCount.body(of: client, for: family, model: model)
            let answer = try await questions.ask(
                provider,
                TokenCount.path(for: family, model: model),
                body: body,
                for: client
            )
            if answer.status == 200 {
                guard !passes else { return json(answer.said(answer.body)) }
                return TokenCount.read(answer.body, from: family).map {
                    json(TokenCount.answer($0, by: client.api))
                }
            }
            let failure = ProviderFailure.classify(
                status: answer.status,
                headers: { _ in nil },
                body: answer.body,
                family: family,
                now: Clocks.wall
            ).masked(by: provider.keys)
            guard failure.kind == .invalidRequest else { return nil }
            return ClientError(
                status: 400,
                code: "invalid_request",
                message: failure.message,
                requestID: Events.RequestID.fresh().description
            ).response(for: client.api.family)
        } catch {
            return nil
        }
    }

    /// The count that the router goes by.
    private func estimate(of client: ClientRequest) -> Response {
        let tokens = TokenEstimate.tokens(
            ofBytes: client.promptTextBytes + client.toolDefinitionBytes
        )
        var response = json(TokenCount.answer(tokens, by: client.api))
        response.headers[.estimate] = "true"
        return response
    }

    private func json(_ body: [UInt8]) -> Response {
        json(ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }

    private func json(_ body: ResponseBody) -> Response {
        Response(status: .ok, headers: [.contentType: "application/json"], body: body)
    }
}
