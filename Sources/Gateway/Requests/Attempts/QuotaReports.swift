import Events
import Ledger
import ProviderClients
import Providers
import RouterState
import Upstream
import WriteAheadLog

/// Takes what providers say of their quotas, in headers and in refusals, and records what of it is news.
struct QuotaReports: Sendable {
    let ledger: Ledger

    /// Looks at the head of an answer.
    func take(_ head: UpstreamHead, of attempt: AttemptStarted, from provider: ProviderConnection) {
        let readings = RateLimitSnapshot.read(
            family: provider.endpoint.family,
            countsRequestsByDay: provider.countsRequestsByDay,
            headers: { head.headers[$0] },
            now: ledger.now
        )
        take(readings, of: attempt)
    }

    /// Looks at the body of a refusal.
    func take(
        refusal body: [UInt8],
        of attempt: AttemptStarted,
        from provider: ProviderConnection
    ) {
        take(RateLimitSnapshot.read(refusal: body, family: provider.endpoint.family), of: attempt)
    }

    private func take(_ readings: [RateLimitSnapshot], of attempt: AttemptStarted) {
        guard !readings.isEmpty else { return }
        let ticks = readings.map { QuotaTick($0, attempt) }
        let isNews = ledger.read { state, now in !Self.news(in: ticks, state, at: now).isEmpty }
        guard isNews else { return }
        do throws(LogError) {
            try ledger.transact { state, now in
                // Another answer may have said the same since.
                (Self.news(in: ticks, state, at: now).map(EventBody.quotaTick), ())
            }
        } catch {
            // The request's own end meets the same log, and is told of it there.
        }
    }

    private static func news(
        in ticks: [QuotaTick],
        _ state: RouterState,
        at now: Timestamp
    ) -> [QuotaTick] {
        guard let first = ticks.first, let provider = state.policy.provider(first.provider) else {
            return []
        }
        return state.quotas.news(in: ticks, of: provider, at: now)
    }
}

extension QuotaTick {
    fileprivate init(_ reading: RateLimitSnapshot, _ attempt: AttemptStarted) {
        self.init()
        provider = attempt.provider
        model = attempt.model
        key = attempt.key
        kind = reading.kind
        limit = reading.limit
        remaining = reading.remaining
        resetsAt = reading.resetsAt
    }
}
