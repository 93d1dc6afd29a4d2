import ClientHTTP
import Events
import HTTPTypes
import Ledger
import Platform
import ProviderClients
import Providers
import Settings
import Upstream

/// Asks one provider and reads its answer up to the point where nothing else could be asked any more:
/// the whole answer, or the first content of a stream.
struct AttemptRunner: Sendable {
    /// The most bytes of an unstreamed answer: far above any model's output limit.
    static let answerLimit = AnswerStream.eventLimit

    /// How an attempt began.
    enum Opening: Sendable {
        /// The whole answer is there.
        case whole(Answer, AttemptResult)
        /// The answer has begun to flow.
        case flowing(FlowingAnswer)
        /// There is no answer, and nothing was sent to the client.
        case failed(AttemptResult)
    }

    let upstream: UpstreamClient
    /// Takes what providers say of their quotas.
    let quotas: QuotaReports
    /// Where what streamed attempts hold is extended.
    let ledger: Ledger
    /// The memory that all answers share.
    let answers: MemoryRoom
    /// Where it is noted what attempts failed for want of.
    let shortages: Shortages
    /// What Gemini signed of its thinking before calls.
    let signatures = ThoughtSignatures()

    /// Runs the attempt under way of a request; no key is in what it says of a failure.
    func open(
        _ running: RunningRequest,
        at provider: ProviderConnection,
        watch: ClientWatch,
        remaining: Duration
    ) async -> Opening {
        let opening = await askInTurn(running, at: provider, watch: watch, remaining: remaining)
        switch opening {
        case .flowing: return opening
        case .whole(let answer, var result):
            result.count(for: running.client)
            return .whole(answer, result)
        case .failed(var result):
            result.failure = result.failure?.masked(by: provider.keys)
            if let attempt = running.attempt,
                !running.client.api.passes(to: provider.dialect(for: attempt.model))
            {
                result.failure = result.failure?.afterTranslation
            }
            result.count(for: running.client)
            return .failed(result)
        }
    }

    /// Asks in a dialect of the provider's.
    func ask(
        _ running: RunningRequest,
        at provider: ProviderConnection,
        in dialect: ProviderDialect,
        watch: ClientWatch,
        remaining: Duration
    ) async -> Opening {
        guard let attempt = running.attempt else {
            return .failed(AttemptResult(failure: ProviderFailure(.interrupted, "no attempt")))
        }
        let client = running.client
        let body: [ArraySlice<UInt8>]
        do {
            let isTranslated = !client.api.passes(to: dialect) && client.passage == nil
            let room = isTranslated ? try await running.admitted.roomToTranslate() : nil
            defer {
                // What was read for it goes with its room: the provider may take minutes from here on.
                if client.body.count > ArrivingBody.plain { client.forgetReading() }
                withExtendedLifetime(room) {}
            }
            body = try client.upstreamPieces(
                for: dialect,
                model: attempt.model,
                options: provider.options(
                    for: client,
                    model: attempt.model,
                    lane: attempt.key,
                    outputLimit: (attempt.outputBound ?? attempt.reservedOutput)
                        .map { $0 / client.choices }
                ),
                signature: { signatures[$0] }
            )
        } catch let error as NoRoom {
            shortages.note(.bodies, "\(error)")
            let failure = ProviderFailure(.ownShortage, "\(error)")
            return .failed(
                AttemptResult(failure: failure, mayCost: false, mayServeElsewhere: true)
            )
        } catch let error as TooManyParts {
            let failure = ProviderFailure(
                .translationRejected,
                "\(error)",
                status: 413,
                code: "request_too_large"
            )
            return .failed(AttemptResult(failure: failure, mayCost: false))
        } catch {
            let words = (error as? RequestError)?.message ?? "\(error)"
            let failure = ProviderFailure(.invalidRequest, words, status: 400)
            return .failed(AttemptResult(failure: failure, mayCost: false))
        }
        // A picture or a long recording takes its time, of which nothing is seen before the end.
        let firstToken =
            client.passage != nil
            ? remaining
            : attempt.stallTimeout.map { Duration.microseconds($0.microseconds) }
                ?? provider.timeouts.firstToken
        let exchange = upstream.start(
            provider.chatRequest(
                body: body,
                model: attempt.model,
                for: client,
                in: dialect,
                firstToken: firstToken,
                remaining: remaining
            )
        )
        watch.attach(exchange, isHedge: attempt.hedge != nil)
        let keeper =
            client.streamed
            ? ReservationKeeper(
                of: attempt,
                cancelling: exchange,
                within: remaining,
                in: ledger
            ) : nil
        let identity = AnswerIdentity(
            requestID: running.id.description,
            model: attempt.model,
            created: Clocks.wall
        )
        do throws(UpstreamError) {
            let head = try await exchange.head()
            quotas.take(head, of: attempt, from: provider)
            let passed =
                client.api.passes(to: dialect)
                ? head.headers.passed(from: provider.endpoint.family) : HTTPFields()
            guard (200..<300).contains(head.status) else {
                var result = await refusal(head, exchange, of: attempt, from: provider)
                if client.passage?.fileID != nil { result.blameFile(for: head.status) }
                result.headers = passed
                return .failed(result)
            }
            if let failure = ProviderFailure(codingOf: head) {
                exchange.cancel()
                var result = AttemptResult(withoutContent: failure, status: head.status)
                result.record(exchange.timings)
                return .failed(result)
            }
            let type = head.headers["content-type"]
            let isOpaque = client.passage.map { $0.isContent || type?.isJSONType != true } ?? false
            guard client.streamed || isOpaque else {
                let opening = try await whole(
                    exchange,
                    dialect,
                    client,
                    identity,
                    running,
                    head
                )
                guard case .whole(let answer, var result) = opening else { return opening }
                result.headers = passed
                return .whole(answer, result)
            }
            return try await FlowingAnswer.open(
                exchange,
                from: dialect,
                for: client,
                as: identity,
                attemptStart: running.attemptStart,
                status: head.status,
                headers: passed,
                keys: provider.keys,
                signatures: signatures,
                keeper: keeper,
                room: AnswerRoom(in: answers, shortages),
                outputBound: attempt.outputBound ?? attempt.reservedOutput,
                contentType: isOpaque ? type ?? "application/octet-stream" : nil
            )
        } catch {
            var result = AttemptResult(failure: keeper?.end ?? ProviderFailure(error))
            if case .totalTimeout = error, attempt.number > 1,
                remaining < firstToken
            {
                // Other attempts took the time: it says nothing about this provider.
                result.failure = ProviderFailure(.deadlinePassed, "\(error)")
            }
            if let kind = ProviderFailure(error).shortage {
                shortages.note(kind, "\(error)")
                result.mayServeElsewhere = kind == .ports
            }
            let timings = exchange.timings
            let isConnected = timings.map { $0.reusedConnection || $0.connect > 0 } ?? true
            result.mayCost = error.mayHaveReachedProvider && isConnected
            result.record(timings)
            return .failed(result)
        }
    }

    private func whole(
        _ exchange: UpstreamExchange,
        _ dialect: ProviderDialect,
        _ client: ClientRequest,
        _ identity: AnswerIdentity,
        _ running: RunningRequest,
        _ head: UpstreamHead
    ) async throws(UpstreamError) -> Opening {
        var room = AnswerRoom(in: answers, shortages)
        let bytes: [UInt8]
        do {
            bytes = try await room.collect(
                exchange,
                announced: head.headers["content-length"].flatMap { Int($0) },
                limit: Self.answerLimit
            )
        } catch let error as UpstreamError {
            throw error
        } catch {
            exchange.cancel()
            // Nobody knows what the answer that was not read would have said that it cost.
            let failure = error as? ProviderFailure ?? ProviderFailure(.ownShortage, "\(error)")
            return .failed(
                AttemptResult(failure: failure, status: head.status, isUnreadable: true)
            )
        }
        var identity = identity
        identity.durations = AnswerDurations(
            total: .microseconds(Clocks.monotonicMicroseconds - running.attemptStart)
        )
        do {
            let answer = try await LargeWork.run(on: bytes.count) {
                [identity] () throws(ProviderFailure) in
                try Answer(body: bytes, from: dialect, for: client, as: identity)
            }
            signatures.keep(answer.signatures)
            var result = AttemptResult(status: head.status)
            result.record(exchange.timings)
            result.usage = answer.usage
            result.receipt = answer.receipt
            result.finishReason = answer.finishReason
            result.model = answer.model
            result.outputTextBytes = answer.outputTextBytes
            result.held = answer.held
            // What it was made of is gone; what is left waits for its client.
            room.held?.shrink(to: answer.body.count)
            result.room = room.held
            return .whole(answer, result)
        } catch {
            var result = AttemptResult(withoutContent: error, status: head.status)
            result.record(exchange.timings)
            return .failed(result)
        }
    }

    private func refusal(
        _ head: UpstreamHead,
        _ exchange: UpstreamExchange,
        of attempt: AttemptStarted,
        from provider: ProviderConnection
    ) async -> AttemptResult {
        // An error's body is a help to people; one that is cut changes nothing, of a long one the
        // beginning is enough.
        let limit = ProviderConnection.errorBodyLimit
        var body: [UInt8] = []
        do throws(UpstreamError) {
            while body.count < limit, let bytes = try await exchange.next() {
                body += bytes
            }
        } catch {
            // What came before the failure is classified.
        }
        if body.count >= limit { exchange.cancel() }
        if head.status == 429 { quotas.take(refusal: body, of: attempt, from: provider) }
        let failure = ProviderFailure.classify(
            status: head.status,
            headers: { head.headers[$0] },
            // A compressed one says nothing to anybody.
            body: head.contentCoding == nil ? body : [],
            family: provider.endpoint.family,
            model: attempt.model,
            // What comes of it is held against the log's time.
            now: ledger.now
        )
        var result = AttemptResult(failure: failure, status: head.status, mayCost: false)
        result.record(exchange.timings)
        return result
    }
}

extension AttemptResult {
    /// An attempt with a status of success and a failure before any content of an answer.
    ///
    /// An error in the answer's place is as free as one with a status of its own, unless the provider
    /// had counted tokens already. What can't be read may be an answer that was paid for: its cost
    /// is unknown, not an estimate.
    init(withoutContent failure: ProviderFailure, status: Int, usage: TokenUsage = TokenUsage()) {
        self.init(failure: failure, status: status, usage: usage)
        let isError =
            failure.kind != .invalidResponse && failure.kind != .cut
            && failure.kind != .malformedOutput && failure.kind != .ownShortage
        let isCounted = usage.prompt != nil || usage.output != nil
        mayCost = isCounted || !isError
        isUnreadable = !isCounted && !isError
    }

    /// Takes over what the transport measured, where it has ended.
    mutating func record(_ timings: UpstreamTimings?) {
        guard let timings else { return }
        if !timings.reusedConnection, timings.connect > 0 {
            connectMicroseconds = Int(timings.connect)
        }
        if timings.firstByte > 0 { firstByteMicroseconds = Int(timings.firstByte) }
    }
}

extension UpstreamError {
    /// Whether the provider may have begun to work, and to charge, before the error.
    fileprivate var mayHaveReachedProvider: Bool {
        switch self {
        case .badRequest, .badURL, .poolExhausted, .resolveFailed, .connectionRefused,
            .connectionFailed, .tls, .connectTimeout, .system, .noLocalPort:
            false
        case .uploadTimeout(_, _, let mayHaveAll): mayHaveAll
        case .firstTokenTimeout, .idleTimeout, .totalTimeout, .cut, .protocolViolation,
            .headerTooLarge, .tooManyHeaders, .bodyTooLarge, .cancelled, .shutDown:
            true
        }
    }
}
