import JSONBytes

/// A hint to the router, by header or by a member of `metadata`.
public enum RoutingHint: String, CaseIterable, Sendable {
    /// The kind of work.
    case task
    /// How much it asks of a model.
    case complexity
    /// The most that it may cost, in dollars.
    case maxCost = "max-cost"
    /// How long it may take, in milliseconds.
    case maxLatency = "max-latency"
    /// Whether it must stay on the machine.
    case localOnly = "local-only"
    /// Whose it is.
    case tenant
    /// Labels for reports.
    case tags
    /// What the model must be able to do.
    case require
    /// Which requests share a provider's prompt cache.
    case cacheKey = "cache-key"

    /// The name of the header.
    public var header: String { "x-logway-" + rawValue }

    /// The names of the member of `metadata`, best first: JSON's habit is another than that of headers.
    public var members: [String] {
        [header, rawValue, rawValue.split(separator: "-").joined(separator: "_")]
    }

    /// The names of every hint's member.
    static let allMembers = Set(allCases.flatMap(\.members))
}

extension ClientRequest {
    /// Takes the hints out of `metadata`: they are meant for the router, and a provider refuses
    /// members that it does not know.
    func removeHints(from splice: inout JSONSplice) {
        guard metadata.keys.contains(where: RoutingHint.allMembers.contains) else { return }
        var members = root.members
        while let member = members.next() {
            guard member.name.isString("metadata"), member.value.kind == .object else { continue }
            var inner = JSONSplice(member.value)
            var others = 0
            for entry in member.value.members {
                guard let name = entry.name.string else { continue }
                if RoutingHint.allMembers.contains(name) {
                    inner.remove(name)
                } else {
                    others += 1
                }
            }
            if others == 0 {
                splice.remove("metadata")
            } else {
                splice.set("metadata", to: inner.bytes)
            }
        }
    }
}
