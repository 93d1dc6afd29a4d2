public import Events
import JSONBytes

extension RateLimitSnapshot {
    /// The daily quotas that a refusal with status 429 says are used up.
    ///
    /// Google tells of its quotas in the body only: `QuotaFailure` in `error.details`, with
    /// `violations[]{quotaId, quotaValue}`, such as `GenerateRequestsPerDayPerProjectPerModel`
    /// (ai.google.dev, "Rate limits"; November 2026). The `retryDelay` beside it is that of a
    /// minute, so a used-up day would be asked again and again; a minute's quota is left to it.
    ///
    /// - Returns: one reading for each daily quota; empty for other families and other bodies.
    public static func read(
        refusal body: [UInt8],
        family: WireFamily
    ) -> [RateLimitSnapshot] {
        guard family == .gemini else { return [] }
        do {
            let root = try JSONSlice(validating: body)
            let whole = root.kind == .array ? root.elements.first { _ in true } : root
            guard let details = try whole?.member("error")?.member("details") else { return [] }
            var readings: [RateLimitSnapshot] = []
            for detail in details.elements where detail.kind == .object {
                guard let violations = try detail.member("violations") else { continue }
                for violation in violations.elements where violation.kind == .object {
                    if let reading = try RateLimitSnapshot(violation: violation) {
                        readings.append(reading)
                    }
                }
            }
            return readings
        } catch {
            // A body that is not JSON tells of no quota; the failure itself is told elsewhere.
            return []
        }
    }

    private init?(violation: JSONSlice) throws(JSONError) {
        let found = try violation.scan(["quotaId", "quotaValue"])
        guard let id = found[0]?.string, id.contains("PerDay") else { return nil }
        kind = id.contains("Token") ? .tokensPerDay : .requestsPerDay
        limit = found[1].flatMap { $0.int ?? $0.string.flatMap { Int($0) } }
        remaining = 0
    }
}
