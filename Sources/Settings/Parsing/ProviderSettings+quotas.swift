import Events
import Yams

extension ProviderSettings {
    /// The keys of a provider about its quotas.
    mutating func readQuotas(_ section: Section) {
        let limits = RateLimits(section, "limits")
        if limits != RateLimits() { self.limits = limits }
        if let models = section.openSection("modelLimits") {
            for model in models.keys { modelLimits[model] = RateLimits(models, model) }
        }
        if let text = section.text("resets") {
            if let reset = QuotaReset(text) {
                quotaReset = reset
            } else {
                section.report(
                    "must be utc-midnight, pacific-midnight, rolling, or a time such as 08:00+01:00",
                    at: "resets"
                )
            }
        }
        maxConcurrent = section.count("maxConcurrent", in: 1...10_000)
        maxQueued = section.count("maxQueued", in: 0...100_000) ?? maxQueued
    }
}

extension QuotaReset {
    /// The rule from its words in a configuration: `utc-midnight`, `pacific-midnight`, `rolling`, or a
    /// time of the day with its offset from UTC (`08:00+01:00`, `00:00-8`, `07:30Z`).
    init?(_ text: String) {
        self.init()
        switch text {
        case "utc-midnight": return
        case "pacific-midnight": rule = .pacific
        case "rolling": rule = .rolling
        default:
            guard let match = text.wholeMatch(of: /(\d\d?):(\d\d)(Z|[+-]\d\d?(?::?\d\d)?)/),
                let hour = Int(match.1), let minute = Int(match.2), hour < 24, minute < 60,
                let offset = Self.minutes(ofOffset: String(match.3))
            else { return nil }
            self.minute = ((hour * 60 + minute - offset) % 1_440 + 1_440) % 1_440
        }
    }

    /// The minutes of an offset from UTC such as `+01:00`, `-8` or `Z`; `nil` beyond a day.
    private static func minutes(ofOffset text: String) -> Int? {
        guard text != "Z" else { return 0 }
        let digits = text.dropFirst().filter { $0 != ":" }
        guard let number = Int(digits) else { return nil }
        let minutes = digits.count > 2 ? number / 100 * 60 + number % 100 : number * 60
        guard minutes < 1_440 else { return nil }
        return text.hasPrefix("-") ? -minutes : minutes
    }

    /// The rule in words that a configuration could have.
    var words: String {
        switch rule {
        case .rolling: "rolling"
        case .pacific: "pacific-midnight"
        case .fixed:
            minute == 0
                ? "utc-midnight"
                : "\(minute / 60 < 10 ? "0" : "")\(minute / 60):"
                    + "\(minute % 60 < 10 ? "0" : "")\(minute % 60)Z"
        }
    }
}
