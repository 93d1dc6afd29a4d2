import ClientHTTP
import EventLog
import Events
import HTTPTypes
import Hummingbird
import Ledger
import Logging
import NIOCore
import Platform
import ProviderClients
import Providers
import Upstream
import WriteAheadLog

/// Answers chat requests of every client family: the way of one request from its body to its outcome.
struct ChatService: Sendable {
    /// The bytes of a model's name that a request may have: as many as one of a provider's list.
    static let modelNameLimit = ModelsListed.nameLimit

    let ledger: Ledger
    let providers: ProviderDirectory
    let attempts: AttemptRunner
    let watches: ConnectionWatches
    let bodyLimit: BodyLimit
    /// The memory that the bodies of all requests share.
    let bodyRoom: MemoryRoom
    /// Where it is noted what requests were refused for want of.
    let shortages: Shortages
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

    /// A request on its way to being read.
    private struct Arrival: Sendable {
        var received: RequestReceived
        /// What its client identified itself with.
        let key: KnownSecret?
        let watch: ClientWatch
        let channel: any Channel
        let start: Int64
    }

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
        let key = ClientKey.secret(request)
        do throws(LogError) {
            if let shortage = ledger.shortage { throw shortage }
            let watch = watches.watch(channel)
            let held = HeldRoom(of: bodyRoom)
            let arrival = Arrival(
                received: received,
                key: key,
                watch: watch,
                channel: channel,
                start: start
            )
            let body: [UInt8]
            do {
                body = try await request.wholeBody(upTo: bodyLimit, in: held)
            } catch {
                return try await refuse(arrival, error)
            }
            return await LargeWork.run(on: body.count) {
                await respond(
                    to: request,
                    body,
                    api: api,
                    address: address,
                    passage: passage,
                    as: arrival,
                    holding: held
                )
            }
        } catch {
            return unrecorded(received, error)
        }
    }

    private func unrecorded(_ received: RequestReceived, _ error: LogError) -> Response {
        logger.error("request \(received.request) could not be recorded: \(error)")
        return ClientError(unrecorded: error, id: received.request).response(for: received.client)
    }

    /// What nobody reads; the connection is closed.
    private static var unread: Response {
        Response(status: .init(code: 499), headers: [.connection: "close"])
    }

    /// Answers a request whose body is there.
    private func respond(
        to request: Request,
        _ body: [UInt8],
        api: ClientAPI,
        address: ModelAddress?,
        passage: Passage?,
        as arrival: Arrival,
        holding held: HeldRoom
    ) async -> Response {
        var received = arrival.received
        // A body may take minutes, and the id leads to the event (`RequestLookup.reach`).
        received.request = .fresh(at: ledger.now)
        received.features.bodyBytes = body.count
        do throws(LogError) {
            let client: ClientRequest
            do {
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
                try ledger.checkTenant(of: &received, key: arrival.key)
                received.conversation = conversations?.mark(
                    client,
                    cacheKey: try hints.cacheKey(),
                    session: AgentSession(request.headers, of: client),
                    tenant: received.tenant
                )
            } catch {
                var arrival = arrival
                arrival.received = received
                return try await refuse(arrival, error)
            }
            received.describe(client, families: providers.families)
            client.keepReading(in: held.room)
            received.holder = fileHolder(of: client) ?? holder(of: client)
            var running = try ledger.admit(
                client,
                as: received,
                key: arrival.key,
                seed: Randomness.next(),
                start: arrival.start,
                patience: arrival.watch.patience,
                holding: held
            )
            keepRequest(of: running)
            await keepAlive(&running, on: arrival.channel, of: request.headers[.origin])
            do throws(LogError) {
                return try await answer(&running, watch: arrival.watch, channel: arrival.channel)
            } catch {
                guard !arrival.watch.isGone else { return Self.unread }
                guard await running.keepAlive?.refuse(on: arrival.channel) ?? false else {
                    throw error
                }
                logger.error("request \(running.id) could not be recorded: \(error)")
                return ClientError(unrecorded: error, id: running.id)
                    .framed(for: running.client.family)
            }
        } catch {
            return unrecorded(received, error)
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
        while let attempt = running.attempt {
            if ledger.durability == .strict {
                // Before its provider is asked, each attempt is durable.
                do throws(LogError) {
                    running.logWait += try await settle(running)
                } catch {
                    let result = AttemptResult(mayCost: false)
                    return try await fail(&running, result, unsettled: error, watch, on: channel)
                }
            }
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
                // A stream may last for an hour, and nobody asks for it any more.
                running.client.forgetReading()
                let firstByte = Int(Clocks.monotonicMicroseconds - running.start)
                do throws(LogError) {
                    running.logWait += try await settle(running)
                } catch {
                    flowing.exchange.cancel()
                    let result = flowing.result()
                    return try await fail(&running, result, unsettled: error, watch, on: channel)
                }
                running.firstByte = firstByte
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
        await LargeWork.run(on: answer.body.count) { [running] in
            keepAnswer(answer.body, of: running)
            keepResponse(answer.body, of: running)
        }
        _ = try await settle(running)
        return Response(
            status: .ok,
            headers: running.headers(contentType: "application/json", result.headers),
            body: ResponseBody(inPieces: answer.body, holding: result.room)
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
            return Self.unread
        }
        if let failure = result.failure, failure.kind == .ownShortage {
            // Most lacks are another provider's too, so nobody else is asked.
            guard result.mayServeElsewhere else {
                return try await fail(&running, result, with: .ownShortage(failure), on: channel)
            }
            guard try running.failOver(result, in: ledger) else {
                return try await fail(&running, with: .ownShortage(failure), on: channel)
            }
            return nil
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
        _ = try running.failOver(result, in: ledger)
        return nil
    }

    /// Ends a request whose attempt is not durable, and is not waited for any longer.
    private func fail(
        _ running: inout RunningRequest,
        _ result: AttemptResult,
        unsettled error: LogError,
        _ watch: ClientWatch,
        on channel: any Channel
    ) async throws(LogError) -> Response {
        if isOver(watch),
            let response = try await failed(result, of: &running, watch, on: channel)
        {
            return response
        }
        var result = result
        result.failure = ProviderFailure(unsettled: error)
        return try await fail(&running, result, with: .unsettled(error), on: channel)
    }

    /// Begins to keep the connection of a streamed request alive; `page` is the origin of the page
    /// that sent it, if one did.
    private func keepAlive(
        _ running: inout RunningRequest,
        on channel: any Channel,
        of page: String?
    ) async {
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
        await running.keepAlive?.start(on: channel)
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
        clientError.retryAfter = error.retryAfterSeconds(now: ledger.now)
        _ = try await settle(running)
        clientError = clientError.without(ledger.redaction)
        if hasBegun { return clientError.framed(for: running.client.family) }
        var response = clientError.response(for: running.client.family)
        if let result { response.headers.append(contentsOf: result.headers) }
        if clientError.code == "budget_exceeded" { response.headers[.shouldRetry] = "false" }
        return response
    }

    /// Refuses a request whose body can't be read.
    private func refuse(
        _ arrival: Arrival,
        _ error: any Error
    ) async throws(LogError) -> Response {
        let received = arrival.received
        let clientError = ClientError(unreadable: error, id: received.request)
        if error is NoRoom { shortages.note(.bodies, clientError.message) }
        var ending = RequestEnding(
            outcome: .refused,
            status: clientError.status,
            message: clientError.message
        )
        if clientError.code == "unreadable_body" {
            if Task.isCancelled {
                ending = RequestEnding(outcome: .interrupted, status: 503, failure: .interrupted)
            } else if await arrival.watch.isGone(after: arrival.channel) {
                ending = RequestEnding(outcome: .cancelled, status: 0, failure: .clientGone)
            }
        }
        let sequence = try ledger.refuse(
            received,
            ending,
            key: arrival.key,
            start: arrival.start
        )
        _ = try await ledger.settle(sequence, arrival.watch.patience)
        return clientError.response(for: received.client)
    }

    /// Suspends until what the request recorded is as durable as a client may hear of it; on a full disk
    /// for as long as its client is there and the gateway does not stop.
    func settle(_ running: RunningRequest) async throws(LogError) -> Int {
        try await ledger.settle(running.sequence, running.admitted.patience)
    }
}
