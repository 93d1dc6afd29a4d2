import Catalog
import EventLog
import Events
import Ledger
import Policies
import RouterState
import Settings
import TestSupport
import Testing

@testable import Gateway
@testable import LedgerSupport

/// What a start records of its configuration.
struct SettingsInForceTests {
    private func record(_ settings: Settings, in ledger: Ledger) throws {
        let catalog = try Catalog(cards: [])
        try ledger.recordInForce(
            ConfigurationApplied(settings),
            RoutingPolicy(settings, catalog: catalog, simulated: []),
            PricesApplied(settings, catalog: catalog, simulated: [])
        )
    }

    @Test func `settings that say nothing new are recorded once, and never with a secret`() throws {
        let directory = TemporaryDirectory()
        let secret = "sk-or-9f3Kd81LmQ"
        var provider = ProviderSettings(type: .openai, name: "hosted")
        provider.apiKey = Secret(secret)
        provider.baseURL = "https://example.com/v1"
        provider.defaultModel = "gpt"
        var settings = Settings.testing(provider)
        let ledger = try Ledger.open(directory.path, durability: .group, version: "test")

        try record(settings, in: ledger)
        let first = ledger.read { state, _ in state.position }
        try record(settings, in: ledger)
        #expect(ledger.read { state, _ in state.position } == first)

        settings.mode = .freeOnly
        try record(settings, in: ledger)
        #expect(ledger.read { state, _ in state.policy.policy.mode } == .freeOnly)
        try ledger.close()

        let again = try Ledger.open(directory.path, durability: .group, version: "test")
        let opened = again.read { state, _ in state.position }
        try record(settings, in: again)
        #expect(
            again.read { state, _ in state.position } == opened,
            "nothing is new after a restart"
        )
        try again.close()

        let text = try Record(directory).text
        #expect(text.contains("hosted"))
        #expect(!text.contains(secret))
    }
}
