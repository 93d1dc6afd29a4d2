import EventLog
import Events
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Providers
import Upstream
import WriteAheadLog

/// Answers chat requests of every client family: the way of one request from its body to its outcome.
struct ChatService: Sendable {
    /// The bytes of a model's name, which is kept for ever; the longest of a provider have about 100.
    static let modelNameLimit = 256

    let ledger: Ledger
    let providers: ProviderDirectory
    let attempts: AttemptRunner
    let watches: ConnectionWatches
    let bodyLimit: BodyLimit
    let logger: Logger
    /// The responses that later requests may go on from.
    let responses: ResponseStore
    /// Where the texts of requests and answers are kept; `nil` where they are not.
    var bodies: BodyRecorder?
    /// Whether budgets go by the client's key, so that its fingerprint is recorded.
    var recordsClientKeys = false
    /// After how long a silence a stream's client is sent a ping; `nil` for never.
    var keepAlive: Duration?
    /// Tells conversations apart; `nil` where they are not kept together.
    var conversations: ConversationMarks?

    /// Answers a request that was posted to the endpoint of an API.
    ///
    /// Where the path names the model, `address` has it, and `endpoint` is the path without it.
    func respond(
        to request: Request,
        api: ClientAPI,
        address: ModelAddress? = nil,
        passage: Passage? = nil,
        endpoint: String? = nil,
        on channel: any Channel
    ) async -> Response {
        let start = Clocks.monotonicMicroseconds
        var received = RequestReceived(request, family: api.family, at: ledger.now)
        if let endpoint { received.endpoint = endpoint }
        if recordsClientKeys { received.clientKey = ClientKey.fingerprint(request) }
        do throws(LogError) {
            if let shortage = ledger.shortage { throw shortage }
            let watch = watches.watch(channel)
            let client: ClientRequest
            do {
                let body = try await request.wholeBody(upTo: bodyLimit)
                // A body may take minutes, and the id leads to the event (`RequestLookup.reach`).
                received.request = .fresh(at: ledger.now)
                received.features.bodyBytes = body.count
                client = try linked(
                    ClientRequest(
                        api: api,
                        body: body,
                        address: address,
                        passage: passage,
                        header: { HTTPField.Name($0).flatMap { request.headers[$0] } }
                    )
                )
                guard client.model.utf8.count <= Self.modelNameLimit else {
                    throw RequestError(
                        "model is longer than \(Self.modelNameLimit) bytes",
                        field: "model"
                    )
                }
                if let loaded = try loaded(client) { return loaded }
                let hints = HintReader(request.headers, metadata: client.metadata)
                try hints.read(into: &received)
                received.conversation = conversations?.mark(
                    client,
                    cacheKey: try hints.cacheKey(),
                    session: AgentSession(request.headers, of: client),
                    tenant: received.tenant
                )
            } catch {
                return try await refuse(received, error, watch, on: channel, start: start)
            }
            received.describe(client, families: providers.families)
            received.holder = fileHolder(of: client) ?? holder(of: client)
            var running = try ledger.admit(
                client,
                as: received,
                seed: Randomness.next(),
                start: start
            )
            keepRequest(of: running)
            keepAlive(&running, on: channel, of: request.headers[.origin])
            return try await answer(&running, watch: watch, channel: channel)
        } catch {
            logger.error("request \(received.request) could not be recorded: \(error)")
            return ClientError(unrecorded: error, id: received.request).response(for: api.family)
        }
    }

    /// Tries the candidates until one answers or none is left.
    private func answer(
        _ running: inout RunningRequest,
        watch: ClientWatch,
        channel: any Channel
    ) async throws(LogError) -> Response {
        guard running.attempt != nil else {
            let isNamed = running.decision.refusal == .unknownModel
            let names = isNamed || ModelAbsence(running.decision).isExplicit ? modelNames : []
            return try await fail(
                &running,
                with: .refused(running.decision, names: names),
                on: channel
            )
        }
        if ledger.durability == .strict { running.logWait += try await settle(running) }
        while let attempt = running.attempt {
            if let retry = attempt.retry {
                await watch.pause(for: .microseconds(retry.waitMicroseconds))
                running.attemptStart = Clocks.monotonicMicroseconds
                // `failed` sees for itself that nobody waits any more.
                if isOver(watch),
                    let response = try await failed(
                        AttemptResult(mayCost: false),
                        of: &running,
                        watch,
                        on: channel
                    )
                {
                    return response
                }
            }
            let opening =
                if let delay = running.admitted.hedgeDelay, running.hedges.isEmpty {
                    try await race(&running, attempt, after: delay, watch: watch)
                } else {
                    await open(attempt, of: running, watch: watch)
                }
            switch opening {
            case .whole(let answer, let result):
                noteDropped(in: &running)
                return try await whole(answer, result, of: &running)
            case .flowing(let flowing):
                noteDropped(in: &running)
                running.firstByte = Int(Clocks.monotonicMicroseconds - running.start)
                running.logWait += try await settle(running)
                return StreamedReply(flowing, of: running, watch: watch, channel: channel, in: self)
                    .response
            case .failed(let result):
                if let response = try await failed(result, of: &running, watch, on: channel) {
                    return response
                }
            }
        }
        let absence = ModelAbsence(running)
        let isListed = !absence.isCertain && !absence.isUnlistedElsewhere
        let names = isListed ? [] : modelNames
        return try await fail(&running, with: .exhausted(running, names: names), on: channel)
    }

    /// The names that a request may use; made where an error lists them only, as there can be many.
    private var modelNames: [String] {
        ledger.read { state, _ in state.modelNames.map(\.id) }
    }

    /// Notes what the provider that answers was not told, for the answer's header.
    private func noteDropped(in running: inout RunningRequest) {
        guard let attempt = running.attempt,
            let provider = providers[attempt.provider, attempt.key]
        else { return }
        running.dropped = running.client.droppedHints(
            speaking: provider.dialect(for: attempt.model),
            mostOutput: provider.longestAnswer(attempt.model)
        )
    }

    func open(
        _ attempt: AttemptStarted,
        of running: RunningRequest,
        watch: ClientWatch
    ) async -> AttemptRunner.Opening {
        guard let provider = providers[attempt.provider, attempt.key] else {
            let failure = ProviderFailure(
                .connectionFailed,
                "provider \(attempt.provider) is not running"
            )
            return .failed(AttemptResult(failure: failure, mayCost: false))
        }
        let remaining = Duration.microseconds(
            max(1, running.admitted.deadline - Clocks.monotonicMicroseconds)
        )
        return await attempts.open(running, at: provider, watch: watch, remaining: remaining)
    }

    /// Sends a whole answer, after its outcome is durable.
    private func whole(
        _ answer: Answer,
        _ result: AttemptResult,
        of running: inout RunningRequest
    ) async throws(LogError) -> Response {
        try running.complete(
            result,
            RequestEnding(outcome: .answered, status: 200),
            in: ledger
        )
        keepAnswer(answer.body, of: running)
        keepResponse(answer.body, of: running)
        _ = try await settle(running)
        return Response(
            status: .ok,
            headers: running.headers(contentType: "application/json", result.headers),
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body))
        )
    }

    /// Settles a failed attempt; gives the client's error when no other candidate may be tried.
    private func failed(
        _ result: AttemptResult,
        of running: inout RunningRequest,
        _ watch: ClientWatch,
        on channel: any Channel
    ) async throws(LogError) -> Response? {
        var result = result
        if Task.isCancelled || watch.isStopped {
            // A stopping server closes its clients' connections, so this is looked at first.
            let failure = ProviderFailure.stopped(clientGone: false)
            result.failure = failure
            return try await fail(&running, result, with: .stopping(failure), on: channel)
        }
        if result.failure?.kind == .clientGone || watch.isGone {
            result.failure = ProviderFailure.stopped(clientGone: true)
            let ending = RequestEnding(outcome: .cancelled, status: 0, failure: .clientGone)
            try running.complete(result, ending, in: ledger)
            // Nobody reads this; the connection is closed.
            return Response(status: .init(code: 499), headers: [.connection: "close"])
        }
        if let failure = result.failure, failure.kind.fault == .request {
            return try await fail(&running, result, with: .requestAtFault(failure), on: channel)
        }
        if let failure = result.failure, failure.kind.fault == .attempt {
            running.lastRejection = failure
        }
        if result.isUncertain, let failure = result.failure {
            return try await fail(&running, result, with: .uncertain(failure), on: channel)
        }
        return try running.failOver(result, in: ledger)
            ? try await strictly(running) : nil
    }

    /// Under `strict`, the next attempt too is durable before its provider is asked.
    private func strictly(_ running: RunningRequest) async throws(LogError) -> Response? {
        if ledger.durability == .strict { _ = try await settle(running) }
        return nil
    }

    /// Begins to keep the connection of a streamed request alive; `page` is the origin of the page
    /// that sent it, if one did.
    private func keepAlive(
        _ running: inout RunningRequest,
        on channel: any Channel,
        of page: String?
    ) {
        guard let interval = keepAlive, running.client.streamed, running.attempt != nil else {
            return
        }
        let (ledger, sequence) = (ledger, running.sequence)
        running.keepAlive = KeepAlive(
            running.client,
            every: interval,
            head: running.earlyHeaders(for: page),
            mayBegin: { ledger.isSettled(sequence) }
        )
        running.keepAlive?.start(on: channel)
    }

    /// Ends a request with an error for its client.
    private func fail(
        _ running: inout RunningRequest,
        _ result: AttemptResult? = nil,
        with error: RequestFailure,
        on channel: any Channel
    ) async throws(LogError) -> Response {
        // Behind a ping there is no other status any more.
        let hasBegun = await running.keepAlive?.refuse(on: channel) ?? false
        let ending = RequestEnding(
            outcome: error.outcome,
            status: hasBegun ? 200 : error.status,
            failure: error.kind,
            message: error.message(for: running)
        )
        try running.complete(result, ending, in: ledger)
        // Made after it, so that the failed attempt is among those that the client is told of.
        var clientError = error.clientError(for: running)
        clientError.retryAfter = error.retryAfterSeconds(now: Clocks.wall)
        _ = try await settle(running)
        if hasBegun { return clientError.framed(for: running.client.family) }
        var response = clientError.response(for: running.client.family)
        if let result { response.headers.append(contentsOf: result.headers) }
        if clientError.code == "budget_exceeded" { response.headers[.shouldRetry] = "false" }
        if let seconds = clientError.retryAfter {
            response.headers[.retryAfter] = String(seconds)
        }
        return response
    }

    /// Refuses a request whose body can't be read.
    private func refuse(
        _ received: RequestReceived,
        _ error: any Error,
        _ watch: ClientWatch,
        on channel: any Channel,
        start: Int64
    ) async throws(LogError) -> Response {
        let clientError = ClientError(unreadable: error, id: received.request)
        var ending = RequestEnding(
            outcome: .refused,
            status: clientError.status,
            message: clientError.message
        )
        if clientError.code == "unreadable_body" {
            if Task.isCancelled {
                ending = RequestEnding(outcome: .interrupted, status: 503, failure: .interrupted)
            } else if await watch.isGone(after: channel) {
                ending = RequestEnding(outcome: .cancelled, status: 0, failure: .clientGone)
            }
        }
        _ = try await ledger.settle(try ledger.refuse(received, ending, start: start))
        return clientError.response(for: received.client)
    }

    private func settle(_ running: RunningRequest) async throws(LogError) -> Int {
        try await ledger.settle(running.sequence)
    }
}
