public import ClientHTTP
import Events
import Ledger
import Platform
import ProviderClients
import Providers
import Settings
public import Upstream

/// One call of a provider for an attempt: the body for it, and what became of the transport.
struct AttemptCall: Sendable {
    let runner: AttemptRunner
    let admitted: AdmittedRequest
    let attempt: AttemptStarted
    /// When the attempt began, on the monotonic clock.
    let start: Int64
    let provider: ProviderConnection
    /// How the provider is asked.
    var dialect: ProviderDialect
    let watch: ClientWatch
    /// What is left of the request's whole time.
    let remaining: Duration

    var client: ClientRequest { admitted.client }

    /// Whether the client's bytes go on as they came.
    var isPassing: Bool { client.api.passes(to: dialect) }

    /// Asks the provider, and reads until nothing else could be asked any more.
    func firstResponse() async -> FirstResponse {
        let body: [ArraySlice<UInt8>]
        do throws(NotSent) {
            body = try await upstreamBody()
        } catch {
            return .failed(error.result)
        }
        let exchange = runner.upstream.start(
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
                in: runner.ledger
            ) : nil
        let response = ResponseReader(
            call: self,
            exchange: exchange,
            keeper: keeper,
            identity: AnswerIdentity(
                requestID: admitted.received.request.description,
                model: attempt.model,
                created: Clocks.wall
            )
        )
        do throws(UpstreamError) {
            return try await response.first()
        } catch {
            return .failed(failure(error, of: exchange, keeper))
        }
    }

    // MARK: - Asking

    /// A call that was not made.
    private struct NotSent: Error {
        let result: AttemptResult

        init(_ failure: ProviderFailure, mayServeElsewhere: Bool = false) {
            var result = AttemptResult(uncharged: failure)
            result.mayServeElsewhere = mayServeElsewhere
            self.result = result
        }
    }

    /// The body for the provider: the client's with other values in it, or a translation.
    private func upstreamBody() async throws(NotSent) -> [ArraySlice<UInt8>] {
        do {
            let isTranslated = !isPassing && client.passage == nil
            let room = isTranslated ? try await admitted.roomToTranslate() : nil
            defer {
                // What was read for it goes with its room: the provider may take minutes from here on.
                if client.body.count > ArrivingBody.plain { client.forgetReading() }
                withExtendedLifetime(room) {}
            }
            return try client.upstreamPieces(
                for: dialect,
                model: attempt.model,
                options: provider.options(
                    for: client,
                    model: attempt.model,
                    lane: attempt.key,
                    outputLimit: (attempt.outputBound ?? attempt.reservedOutput)
                        .map { $0 / client.choices }
                ),
                signature: { runner.signatures[$0] }
            )
        } catch let error as NoRoom {
            runner.shortages.note(.bodies, "\(error)")
            throw NotSent(ProviderFailure(.ownShortage, "\(error)"), mayServeElsewhere: true)
        } catch let error as TooManyParts {
            throw NotSent(
                ProviderFailure(
                    .translationRejected,
                    "\(error)",
                    status: 413,
                    code: "request_too_large"
                )
            )
        } catch {
            let words = (error as? RequestError)?.message ?? "\(error)"
            throw NotSent(ProviderFailure(.invalidRequest, words, status: 400))
        }
    }

    /// How long nothing may come.
    private var firstToken: Duration {
        // A picture or a long recording takes its time, of which nothing is seen before the end.
        guard client.passage == nil else { return remaining }
        return attempt.stallTimeout.map { Duration.microseconds($0.microseconds) }
            ?? provider.timeouts.firstToken
    }

    // MARK: - Failing

    /// The attempt's result whose transport failed.
    private func failure(
        _ error: UpstreamError,
        of exchange: UpstreamExchange,
        _ keeper: ReservationKeeper?
    ) -> AttemptResult {
        var failure = keeper?.end ?? ProviderFailure(error)
        if case .totalTimeout = error, attempt.number > 1, remaining < firstToken {
            // Other attempts took the time: it says nothing about this provider.
            failure = ProviderFailure(.deadlinePassed, "\(error)")
        }
        let timings = exchange.timings
        let isConnected = timings.map { $0.reusedConnection || $0.connect > 0 } ?? true
        var result =
            error.mayHaveReachedProvider && isConnected
            ? AttemptResult(failure: failure) : AttemptResult(uncharged: failure)
        if let kind = ProviderFailure(error).shortage {
            runner.shortages.note(kind, "\(error)")
            result.mayServeElsewhere = kind == .ports
        }
        result.record(timings)
        return result
    }
}

extension UpstreamExchange: Cancellable {}

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
