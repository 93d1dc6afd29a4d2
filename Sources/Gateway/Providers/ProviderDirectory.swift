import Events
import Providers

/// The connections of the enabled providers, by configured name.
struct ProviderDirectory: Sendable {
    private let connections: [String: ProviderConnection]
    /// The families they speak.
    let families: [WireFamily]
    /// Every connection, in order of the names.
    var all: [ProviderConnection] { connections.values.sorted { $0.name < $1.name } }

    /// A directory of these connections, whose names are unique.
    init(_ connections: [ProviderConnection]) {
        self.connections = Dictionary(
            connections.map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        families = WireFamily.allCases.filter { family in
            connections.contains { $0.endpoint.family == family }
        }
    }

    /// The connection with this name.
    subscript(name: String) -> ProviderConnection? { connections[name] }
}
