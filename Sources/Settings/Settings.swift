import Catalog
public import Events

/// The configuration in force: checked, typed, complete with defaults.
///
/// A value of this type is right in itself: names are unique, chains lead to providers that
/// exist, an enabled provider has the key and address that it needs.
public struct Settings: Hashable, Sendable {
    /// The name of the chain that is followed when none is named.
    public static let defaultChain = "production"

    /// Where the settings come from.
    public var origin: SettingsOrigin
    /// Which providers a request may go to when it leaves the choice open.
    public var mode = RoutingMode.hybrid
    /// Every provider in the order of the file, disabled ones included.
    public var providers: [ProviderSettings]
    /// The fallback chains by name; `production` is always there.
    public var chains: [String: [ChainEntry]]
    /// The chains of task types that have their own.
    public var taskChains: [String: [ChainEntry]] = [:]
    /// The user catalogue; `nil` leaves it to the usual place.
    public var catalogFile: String?
    /// A PEM file of the authorities that providers' certificates are checked by, instead of the
    /// system's.
    public var trustedCertificatesFile: String?
    /// Where and how the gateway listens.
    public var server = ServerSettings()
    /// Where the event log is and what it promises.
    public var log = LogSettings()
    /// How candidates are chosen and how long they are tried.
    public var routing = RoutingSettings()
    /// How much may be spent.
    public var budgets = BudgetPolicy.default
    /// The names that clients use for something else, in the order of the file.
    public var aliases: [ModelAlias] = []
    /// The models and providers that each tenant may use, by name.
    public var tenants: [TenantPolicy] = []
    /// Keys that were understood but that this version does not act on, in the order of the file.
    public var notInForce: [SettingNotInForce] = []
    /// What else the user should be told at the start, one sentence each.
    public var notes: [String] = []

    /// Settings of these providers, all else by default.
    ///
    /// The chain `production` is the enabled providers by priority.
    public init(origin: SettingsOrigin, providers: [ProviderSettings]) {
        self.origin = origin
        self.providers = providers
        chains = [:]
        chains[Self.defaultChain] = enabledProviders.map { .provider($0.name) }
    }

    /// The providers that requests may go to, first priority first.
    public var enabledProviders: [ProviderSettings] {
        providers.enumerated().filter(\.element.isEnabled)
            .sorted { ($0.element.priority, $0.offset) < ($1.element.priority, $1.offset) }
            .map(\.element)
    }

    /// The chain that `auto` follows.
    public var activeChain: [ChainEntry] { chains[routing.chain] ?? [] }

    /// Whether every answer would be a simulated one.
    public var isSimulated: Bool {
        let enabled = enabledProviders
        return !enabled.isEmpty && enabled.allSatisfy { $0.type == .simulated }
    }

    /// The provider with this name.
    public func provider(named name: String) -> ProviderSettings? {
        providers.first { $0.name == name }
    }
}

/// Where settings come from.
public enum SettingsOrigin: Hashable, Sendable {
    /// A file, by its path.
    case file(String)
    /// The environment and the local servers that answered.
    case discovery
}

/// A key that is understood, but that this version does not act on.
public struct SettingNotInForce: Hashable, Sendable {
    /// The key's path: `providers[1].limits`.
    public let path: String
    /// The line in the file, from 1.
    public let line: Int
    /// What happens instead, as a clause.
    public let consequence: String
}

extension SettingNotInForce: CustomStringConvertible {
    /// A warning for the user.
    public var description: String {
        "line \(line): `\(path)` has no effect in this version: \(consequence)"
    }
}
