public import Events
public import Ledger
import Providers
import RouterState

/// The connections of the enabled providers, by configured name and lane.
public struct ProviderDirectory: Sendable {
    private let connections: [String: [ProviderConnection]]
    /// The families they speak.
    public let families: [WireFamily]
    /// The first connection of each provider, in order of the names.
    public var all: [ProviderConnection] {
        connections.values.compactMap(\.first).sorted { $0.name < $1.name }
    }
    /// What takes the keys of every connection out of a text.
    public var keys: Redaction { Redaction(connections.values.joined().map(\.keys)) }

    /// A directory of these connections: those of one name are its lanes, in their order.
    public init(_ connections: [ProviderConnection]) {
        self.connections = Dictionary(grouping: connections, by: \.name)
        families = WireFamily.allCases.filter { family in
            connections.contains { $0.endpoint.family == family }
        }
    }

    /// Whether any of them may hold a response that nobody here knows.
    public var mayHoldResponses: Bool {
        connections.values.contains { $0.contains(where: \.mayHoldResponses) }
    }

    /// The connection with this name in a lane, 0 being the first.
    public subscript(name: String, lane: Int = 0) -> ProviderConnection? {
        guard let lanes = connections[name], lanes.indices.contains(lane) else { return nil }
        return lanes[lane]
    }

    /// A provider's lanes in the order in which to ask them for what is no request, such as a list:
    /// those that are held or rest come last, and what failed less comes first.
    public func lanes(of name: String, in ledger: Ledger) -> [ProviderConnection] {
        guard let lanes = connections[name], lanes.count > 1 else { return connections[name] ?? [] }
        let order = ledger.read { state, now in
            lanes.indices.map { key in
                let record = state.lanes.of(name, key)
                let isHeld = state.holds.keyRejected(name, key: key, at: now) != nil
                return (isHeld ? 2 : record.isResting(at: now) ? 1 : 0, record.failures, key)
            }
        }
        return order.sorted { $0 < $1 }.map { lanes[$0.2] }
    }
}
