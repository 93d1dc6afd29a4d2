import Catalog
import Yams

extension ProviderSettings {
    /// The most lanes of a provider; each is looked at in every decision.
    private static let laneLimit = 32

    /// The list `apiKeys`: a lane for each, all at the provider's address.
    mutating func readKeys(_ section: Section) {
        if section.has("apiKey") {
            section.report(
                "stands beside `apiKeys`",
                at: "apiKey",
                suggestion: "put every key into `apiKeys`"
            )
        }
        let keys = section.list("apiKeys")
        lanes = keys.compactMap { key in
            guard let text = section.diagnostics.secret(key.node, key.path, isNeeded: isEnabled)
            else { return nil }
            var lane = LaneSettings()
            lane.apiKey = text
            return lane
        }
        check(section, "apiKeys", count: keys.count)
        apiKey = lanes.first?.apiKey
        if Set(lanes.map(\.apiKey)).count < lanes.count {
            section.report("one key stands there twice", at: "apiKeys")
        }
    }

    /// The list `endpoints`: a lane for each, with a key of its own or the provider's.
    mutating func readEndpoints(_ section: Section) {
        for key in ["baseUrl", "apiKeys"] where section.has(key) {
            section.report(
                "stands beside `endpoints`",
                at: key,
                suggestion: "each endpoint has a `baseUrl`, and may have an `apiKey`"
            )
        }
        if type == .simulated {
            section.report("a simulated provider has none", at: "endpoints")
        }
        let entries = section.list("endpoints")
        for entry in entries {
            guard
                let endpoint = Section(
                    entry.node,
                    path: entry.path,
                    known: ["baseUrl", "apiKey", "weight"],
                    diagnostics: section.diagnostics
                )
            else { continue }
            if !endpoint.has("baseUrl") { endpoint.report("is missing", at: "baseUrl") }
            var lane = LaneSettings()
            lane.baseURL = endpoint.baseURL()
            if let weight = endpoint.count("weight", in: 1...1_000) { lane.weight = weight }
            var alone = self
            alone.baseURL = lane.baseURL
            let owner = endpoint.has("apiKey") ? endpoint : section
            lane.apiKey = owner.apiKey(for: alone)
            lanes.append(lane)
        }
        check(section, "endpoints", count: entries.count)
        baseURL = lanes.first?.baseURL
        apiKey = lanes.first?.apiKey
    }

    private func check(_ section: Section, _ list: String, count: Int) {
        if !(1...Self.laneLimit).contains(count) {
            section.report("must have from 1 to \(Self.laneLimit) entries", at: list)
        }
    }
}
