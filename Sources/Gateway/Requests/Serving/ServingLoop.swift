import ClientHTTP
import Events
import HTTPTypes
import Hummingbird
import Ledger
import NIOCore
import Platform
import ProviderClients
import Providers
import Upstream
import WriteAheadLog

/// Serves one admitted request, step by step: asks its candidates until one answers or none is left, and
/// sends what came of that.
struct ServingLoop {
    /// What is done next.
    enum Step {
        /// Ask a provider; the attempt is recorded.
        case attempt(AttemptStarted)
        /// Send a complete answer, after its outcome is durable.
        case sendComplete(Answer, AttemptResult)
        /// Send a stream whose first content has come.
        case sendStream(UpstreamStream)
        /// Choose what follows an attempt that gave no answer.
        case handleFailure(AttemptResult)
        /// The same, where what nobody may learn of before it is durable is not.
        case handleUndurable(LogError, AttemptResult)
        /// End with an error for the client, and with the attempt under way where there is one.
        case respondWithError(RequestFailure, AttemptResult?)
        /// End without an answer: the client is gone.
        case abandon(AttemptResult)
        /// It has ended, or its stream will record how it ends.
        case done(Response)
    }

    let handler: InferenceHandler
    /// Whether anybody waits for the answer.
    let watch: ClientWatch
    let channel: any Channel
    var running: RunningRequest

    private var ledger: Ledger { handler.ledger }

    /// The response, whose headers a page may read that sent the request.
    ///
    /// - Parameter page: the page's origin; `nil` where no page sent it.
    /// - Returns: an answer, an error, or what nobody reads.
    /// - Throws: `LogError` when the log takes nothing more and the client was sent nothing yet.
    mutating func response(forPageOf page: String?) async throws(LogError) -> Response {
        await beginKeepAlive(forPageOf: page)
        do throws(LogError) {
            return try await run()
        } catch {
            guard !watch.isGone else { return Self.unread }
            guard await running.keepAlive?.refuse(on: channel) ?? false else { throw error }
            handler.logUnrecorded(running.id, error)
            return ClientError(unrecorded: error, id: running.id).framed(for: running.client.family)
        }
    }

    private mutating func run() async throws(LogError) -> Response {
        var step = firstStep
        while true {
            switch step {
            case .attempt(let attempt): step = try await ask(attempt)
            case .sendComplete(let answer, let result):
                step = .done(try await sendComplete(answer, result))
            case .sendStream(let stream): step = await sendStream(stream)
            case .handleFailure(let result): step = try handleFailure(result)
            case .handleUndurable(let error, let result): step = handleUndurable(error, result)
            case .respondWithError(let failure, let result):
                step = .done(try await respondWithError(failure, result))
            case .abandon(let result): step = .done(try abandon(result))
            case .done(let response): return response
            }
        }
    }

    private var firstStep: Step {
        if let attempt = running.attempt { return .attempt(attempt) }
        let decision = running.decision
        let isNamed = decision.refusal == .unknownModel || ModelAbsence(decision).isExplicit
        return .respondWithError(.refused(decision, names: isNamed ? modelNames : []), nil)
    }

    // MARK: - Asking

    /// Asks a provider, and where that is slow perhaps a second one beside it.
    private mutating func ask(_ attempt: AttemptStarted) async throws(LogError) -> Step {
        do throws(LogError) {
            try await running.waitIfStrict(in: ledger)
        } catch {
            return .handleUndurable(error, AttemptResult(uncharged: nil))
        }
        if let retry = attempt.retry {
            await watch.pause(for: .microseconds(retry.waitMicroseconds))
            running.attemptStart = Clocks.monotonicMicroseconds
            if watch.isAbandoned { return .handleFailure(AttemptResult(uncharged: nil)) }
        }
        switch try await firstResponse(to: attempt) {
        case .complete(let answer, let result): return .sendComplete(answer, result)
        case .streaming(let stream): return .sendStream(stream)
        case .failed(let result): return .handleFailure(result)
        }
    }

    private mutating func firstResponse(
        to attempt: AttemptStarted
    ) async throws(LogError) -> FirstResponse {
        guard let delay = running.admitted.hedgeDelay, running.hedges.isEmpty else {
            return await handler.attempts.firstResponse(
                to: attempt,
                since: running.attemptStart,
                of: running.admitted,
                watch: watch
            )
        }
        let race = HedgeRace(attempts: handler.attempts, ledger: ledger, watch: watch)
        return try await race.firstResponse(to: attempt, of: &running, after: delay)
    }

    // MARK: - Sending

    /// Sends a complete answer, after its outcome is durable.
    private mutating func sendComplete(
        _ answer: Answer,
        _ result: AttemptResult
    ) async throws(LogError) -> Response {
        noteDropped()
        try running.complete(result, RequestCompleted(.answered, status: 200), in: ledger)
        await LargeWork.run(on: answer.body.count) { [handler, running] in
            handler.capture.captureComplete(answer.body, of: running)
            handler.keepResponse(answer.body, of: running)
        }
        try await running.waitUntilDurable(in: ledger)
        return Response(
            status: .ok,
            headers: AnswerHeaders(running).fields(
                contentType: "application/json",
                result.headers
            ),
            body: ResponseBody(inPieces: answer.body, holding: result.room)
        )
    }

    /// Hands a stream over to its client, after its decision is durable.
    private mutating func sendStream(_ stream: UpstreamStream) async -> Step {
        noteDropped()
        // A stream may last for an hour, and nobody asks for it any more.
        running.client.forgetReading()
        let firstByte = Int(Clocks.monotonicMicroseconds - running.start)
        do throws(LogError) {
            try await running.waitUntilDurable(in: ledger)
        } catch {
            stream.exchange.cancel()
            return .handleUndurable(error, stream.result())
        }
        running.firstByte = firstByte
        return .done(StreamingResponse(stream, of: running, watch: watch, by: handler).response)
    }

    /// Notes what the provider that answers was not told, for the answer's header.
    private mutating func noteDropped() {
        guard let attempt = running.attempt,
            let provider = handler.attempts.providers[attempt.provider, attempt.key]
        else { return }
        running.dropped = running.client.droppedHints(
            speaking: provider.dialect(for: attempt.model),
            mostOutput: provider.longestAnswer(attempt.model)
        )
    }

    // MARK: - Failures

    /// Chooses what follows an attempt that gave no answer: another attempt, or an end.
    private mutating func handleFailure(_ result: AttemptResult) throws(LogError) -> Step {
        var result = result
        if watch.isStopping {
            // A stopping server closes its clients' connections, so this is looked at first.
            let failure = ProviderFailure.stopped(clientGone: false)
            result.failure = failure
            return .respondWithError(.stopping(failure), result)
        }
        if result.failure?.kind == .clientGone || watch.isGone { return .abandon(result) }
        guard let failure = result.failure else { return try failOver(result) }
        if failure.kind == .ownShortage {
            // Most lacks are another provider's too, so nobody else is asked.
            guard result.mayServeElsewhere else {
                return .respondWithError(.ownShortage(failure), result)
            }
            let next = try running.failOver(result, in: ledger)
            return next.map { .attempt($0) } ?? .respondWithError(.ownShortage(failure), nil)
        }
        if failure.kind.fault == .request {
            return .respondWithError(.requestAtFault(failure), result)
        }
        if failure.kind.fault == .attempt { running.lastRejection = failure }
        if result.isUncertain { return .respondWithError(.uncertain(failure), result) }
        return try failOver(result)
    }

    /// Asks the next candidate; without one, the request has failed.
    private mutating func failOver(_ result: AttemptResult) throws(LogError) -> Step {
        if let next = try running.failOver(result, in: ledger) { return .attempt(next) }
        let absence = ModelAbsence(running)
        let isNamed = absence.isCertain || absence.isUnlistedElsewhere
        return .respondWithError(.exhausted(running, names: isNamed ? modelNames : []), nil)
    }

    /// Ends a request whose attempt is not durable, and is not waited for any longer.
    private func handleUndurable(_ error: LogError, _ result: AttemptResult) -> Step {
        if watch.isAbandoned { return .handleFailure(result) }
        var result = result
        result.failure = ProviderFailure(notDurable: error)
        return .respondWithError(.notDurable(error), result)
    }

    /// Ends a request with an error for its client.
    private mutating func respondWithError(
        _ error: RequestFailure,
        _ result: AttemptResult?
    ) async throws(LogError) -> Response {
        // Behind a ping there is no other status any more.
        let hasBegun = await running.keepAlive?.refuse(on: channel) ?? false
        let ending = RequestCompleted(
            error.outcome,
            status: hasBegun ? 200 : error.status,
            failure: error.kind,
            message: error.message(for: running)
        )
        try running.complete(result, ending, in: ledger)
        // Made after it, so that the failed attempt is among those that the client is told of.
        var clientError = error.clientError(for: running)
        clientError.retryAfter = error.retryAfterSeconds(now: ledger.now)
        try await running.waitUntilDurable(in: ledger)
        clientError = clientError.without(ledger.redaction)
        if hasBegun { return clientError.framed(for: running.client.family) }
        var response = clientError.response(for: running.client.family)
        if let result { response.headers.append(contentsOf: result.headers) }
        if clientError.code == "budget_exceeded" { response.headers[.shouldRetry] = "false" }
        return response
    }

    /// Ends a request whose client is gone.
    private mutating func abandon(_ result: AttemptResult) throws(LogError) -> Response {
        var result = result
        result.failure = ProviderFailure.stopped(clientGone: true)
        let ending = RequestCompleted(.cancelled, status: 0, failure: .clientGone)
        try running.complete(result, ending, in: ledger)
        return Self.unread
    }

    /// What nobody reads; the connection is closed.
    private static var unread: Response {
        Response(status: .init(code: 499), headers: [.connection: "close"])
    }

    /// The names that a request may use; made where an error lists them only, as there can be many.
    private var modelNames: [String] {
        ledger.read { state, _ in state.modelNames.map(\.id) }
    }

    // MARK: - Keeping alive

    /// Begins to keep the connection of a streamed request alive; `page` is the origin of the page that
    /// sent it, if one did.
    private mutating func beginKeepAlive(forPageOf page: String?) async {
        guard let interval = handler.keepAlive, running.client.streamed, running.attempt != nil
        else { return }
        let (ledger, sequence) = (ledger, running.sequence)
        running.keepAlive = KeepAlive(
            running.client,
            every: interval,
            head: AnswerHeaders(running).early(for: page),
            mayBegin: { ledger.isDurable(sequence) }
        )
        await running.keepAlive?.start(on: channel)
    }
}
