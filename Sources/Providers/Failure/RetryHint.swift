import Events
import JSONBytes

/// How long a provider asks to wait.
enum RetryHint {
    /// The longest wait that is believed: a day, which is the longest window of any provider.
    static let limit: Duration = .seconds(86_400)

    /// The wait that an answer asks for: `retry-after`, else the reset of a window that is used up,
    /// else what the body says: Google's `retryDelay`, OpenRouter's copy of the headers.
    static func delay(
        headers: (String) -> String?,
        body: [UInt8],
        now: Timestamp
    ) -> Duration? {
        if let text = headers("retry-after-ms"), let count = Double(text.trimmed), count >= 0 {
            return bounded(.milliseconds(count))
        }
        if let text = headers("retry-after"), let delay = parse(text, now: now) { return delay }
        var longest: Duration?
        for (remaining, reset) in windows {
            guard let left = headers(remaining), Double(left.trimmed).map({ $0 <= 0 }) == true,
                let text = headers(reset), let delay = parse(text, now: now)
            else { continue }
            longest = max(longest ?? .zero, delay)
        }
        return longest ?? delay(in: body, now: now)
    }

    /// Headers for what is left of a window, and for when it resets.
    private static let windows: [(remaining: String, reset: String)] = [
        ("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
        ("x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"),
        ("x-ratelimit-remaining", "x-ratelimit-reset"),
        ("x-tokenlimit-remaining", "x-tokenlimit-reset"),
        ("anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"),
        ("anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"),
        ("anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-reset"),
        ("anthropic-ratelimit-output-tokens-remaining", "anthropic-ratelimit-output-tokens-reset"),
    ]

    /// A wait in any of the forms that providers use, from `now` on, at most `limit`.
    ///
    /// Seconds (`12`, `1.5`), a Go duration (`2m59.56s`, `7.66s`, `250ms`), an HTTP date, RFC 3339,
    /// or milliseconds or seconds since the Unix epoch (numbers that large are no wait).
    static func parse(_ text: String, now: Timestamp) -> Duration? {
        let text = text.trimmed
        if let number = Double(text), number.isFinite {
            guard number >= 0 else { return nil }
            if number >= 1e14 { return nil }
            if number >= 1e11 { return until(Timestamp(microseconds: Int64(number * 1_000)), now) }
            if number >= 1e8 { return until(Timestamp(microseconds: Int64(number * 1e6)), now) }
            return bounded(.microseconds(number * 1e6))
        }
        if let duration = goDuration(text) { return bounded(duration) }
        return (HTTPDate.parse(text) ?? RFC3339.parse(text)).flatMap { until($0, now) }
    }

    /// A Go duration: numbers with units, largest first.
    static func goDuration(_ text: String) -> Duration? {
        var total = 0.0
        var rest = text[...]
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { $0.isLetter || $0 == "µ" }
            rest = rest.dropFirst(unit.count)
            guard let value = Double(number), let scale = units[String(unit)] else { return nil }
            total += value * scale
        }
        return total < 1e13 ? .microseconds(Int64(total + 0.5)) : nil
    }

    /// Microseconds in each unit.
    private static let units: [String: Double] = [
        "us": 1, "µs": 1, "ms": 1e3, "s": 1e6, "m": 60e6, "h": 3_600e6, "d": 86_400e6,
    ]

    private static func until(_ instant: Timestamp, _ now: Timestamp) -> Duration {
        bounded(max(.zero, instant - now))
    }

    private static func bounded(_ duration: Duration) -> Duration {
        min(duration, limit)
    }

    /// Google's RetryInfo: `error.details[].retryDelay`; OpenRouter's `error.metadata.headers`, whose
    /// reset is in milliseconds since the Unix epoch.
    private static func delay(in body: [UInt8], now: Timestamp) -> Duration? {
        do {
            let root = try JSONSlice(validating: body)
            let error = root.kind == .array ? root.elements.first { _ in true } : root
            guard let found = try error?.member("error")?.scan(["details", "metadata"]) else {
                return nil
            }
            if let headers = try found[1]?.member("headers"),
                let reset = try headers.member("X-RateLimit-Reset")?.string
            {
                return parse(reset, now: now)
            }
            for detail in found[0]?.elements.map({ $0 }) ?? [] where detail.kind == .object {
                if let text = try detail.member("retryDelay")?.string {
                    return parse(text, now: now)
                }
            }
            return nil
        } catch {
            // A body that is not JSON holds no hint; the failure itself is told elsewhere.
            return nil
        }
    }
}
