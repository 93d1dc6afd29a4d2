import Events
import Providers

/// The connections of the enabled providers, by configured name and lane.
struct ProviderDirectory: Sendable {
    private let connections: [String: [ProviderConnection]]
    /// The families they speak.
    let families: [WireFamily]
    /// The first connection of each provider, in order of the names.
    var all: [ProviderConnection] {
        connections.values.compactMap(\.first).sorted { $0.name < $1.name }
    }
    /// What takes the keys of every connection out of a text.
    var keys: KeyMask { KeyMask(connections.values.joined().map(\.keys)) }

    /// A directory of these connections: those of one name are its lanes, in their order.
    init(_ connections: [ProviderConnection]) {
        self.connections = Dictionary(grouping: connections, by: \.name)
        families = WireFamily.allCases.filter { family in
            connections.contains { $0.endpoint.family == family }
        }
    }

    /// The connection with this name in a lane, 0 being the first.
    subscript(name: String, lane: Int) -> ProviderConnection? {
        guard let lanes = connections[name], lanes.indices.contains(lane) else { return nil }
        return lanes[lane]
    }
}
