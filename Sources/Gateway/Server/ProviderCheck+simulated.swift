public import Catalog
public import ProviderClients
public import Settings
import Simulation

extension ProviderCheck {
    /// Checks a provider of a configuration, a simulated one included, and gives each step as it ends.
    ///
    /// - Parameters:
    ///   - provider: the provider; it may be disabled.
    ///   - model: the model to ask; `nil` takes the default one, else the first that is listed.
    ///   - catalog: where prices and windows come from.
    ///   - allowsCost: whether a completion may be asked that costs money or whose price is unknown.
    ///   - trustedCertificatesFile: the authorities to trust instead of the system's.
    ///   - onStep: called with each step.
    /// - Returns: whether no step failed.
    /// - Throws: `SimulationError`, or `UpstreamError` when the system gives no thread.
    public static func run(
        _ provider: ProviderSettings,
        model: String?,
        catalog: Catalog,
        allowsCost: Bool,
        trustedCertificatesFile: String? = nil,
        onStep: (CheckStep) -> Void
    ) async throws -> Bool {
        var settings = Settings(origin: .discovery, providers: [provider])
        settings.providers[0].isEnabled = true
        let simulated = try await SimulatedProviders.start(settings)
        let isGood = try await run(
            provider,
            at: simulated.baseURLs[provider.name] ?? provider.baseURL,
            simulated: simulated.specs,
            model: model,
            catalog: catalog,
            allowsCost: allowsCost,
            trustedCertificatesFile: trustedCertificatesFile,
            onStep: onStep
        )
        await simulated.stop()
        return isGood
    }
}
