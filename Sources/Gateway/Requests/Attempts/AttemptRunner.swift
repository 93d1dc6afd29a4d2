import ClientHTTP
import Events
import Ledger
import Platform
import ProviderClients
import Providers
import Upstream

/// Asks one provider and reads its answer up to the point where nothing else could be asked any more:
/// the complete answer, or the first content of a stream.
struct AttemptRunner: Sendable {
    let providers: ProviderDirectory
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

    /// Runs an attempt that is recorded; no key is in what it says of a failure.
    ///
    /// - Parameters:
    ///   - attempt: the attempt.
    ///   - start: when it began, on the monotonic clock.
    ///   - admitted: its request.
    ///   - watch: whether anybody waits for it.
    /// - Returns: what it gave first.
    func firstResponse(
        to attempt: AttemptStarted,
        since start: Int64,
        of admitted: AdmittedRequest,
        watch: ClientWatch
    ) async -> FirstResponse {
        guard let provider = providers[attempt.provider, attempt.key] else {
            let words = "provider \(attempt.provider) is not running"
            return .failed(AttemptResult(uncharged: ProviderFailure(.connectionFailed, words)))
        }
        let left = max(1, admitted.deadline - Clocks.monotonicMicroseconds)
        let call = AttemptCall(
            runner: self,
            admitted: admitted,
            attempt: attempt,
            start: start,
            provider: provider,
            dialect: provider.dialect(for: attempt.model),
            watch: watch,
            remaining: .microseconds(left)
        )
        let client = admitted.client
        switch await askInTurn(call) {
        case .streaming(let stream): return .streaming(stream)
        case .complete(let answer, var result):
            result.count(for: client)
            return .complete(answer, result)
        case .failed(var result):
            result.failure = result.failure?.masked(by: provider.keys)
            if !client.api.passes(to: provider.dialect(for: attempt.model)) {
                result.failure = result.failure?.afterTranslation
            }
            result.count(for: client)
            return .failed(result)
        }
    }

    /// Asks a provider in the client's own API where it is taken to have it; and where it then says
    /// that it has not, in the other way: by a chat, or in the API that it names.
    ///
    /// It is one attempt, since a refused path costs nothing and says nothing of the model.
    private func askInTurn(_ call: AttemptCall) async -> FirstResponse {
        var first = await call.firstResponse()
        guard call.client.api.isResponses else { return first }
        // A hint that the provider does not know is no reason to fail.
        while case .failed(let result) = first, let failure = result.failure,
            failure.kind == .invalidRequest, !call.isPassing,
            call.provider.refusedField(named: failure.message) != nil
        {
            first = await call.firstResponse()
        }
        guard call.dialect.family == .openai, case .failed(let result) = first,
            let failure = result.failure,
            let fallback = DialectFallback(after: failure, of: call)
        else { return first }
        var other = call
        other.dialect = fallback.dialect
        var second = await other.firstResponse()
        if fallback.isVerdict {
            let takesResponses = fallback.dialect.takesResponses
            call.provider.noteResponses(takesResponses, for: call.attempt.model)
        }
        guard case .failed(var refused) = second else {
            second.note(refused: failure.status)
            return second
        }
        // The words about the client's own API are the ones that it understands.
        guard fallback.isVerdict, refused.failure?.kind.fault != .request else { return first }
        refused.note(refused: failure.status)
        return .failed(refused)
    }
}
