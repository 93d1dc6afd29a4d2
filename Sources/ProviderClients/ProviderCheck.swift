public import Catalog
import Events
import Providers
public import Settings
import Upstream

/// A live check of one provider: is it there, is its key good, does a model answer, what does it tell.
///
/// Only what is free is asked, unless the caller allows a paid completion of a few tokens. Nothing is
/// recorded: it works beside a running gateway and without one.
public struct ProviderCheck: Sendable {
    /// The most tokens of the answer that is asked for: enough for a reasoning model to begin.
    static let answerTokens = 16

    let settings: ProviderSettings
    let connection: ProviderConnection
    let upstream: UpstreamClient
    /// What the model's tokens cost; `nil` when nobody knows.
    let prices: @Sendable (String) -> TokenPrices?

    /// Checks a provider of a configuration and gives each step as it ends.
    ///
    /// - Parameters:
    ///   - provider: the provider; it may be disabled.
    ///   - baseURL: its address; `nil` where it has none.
    ///   - simulated: what it is, where it is a simulated one that runs.
    ///   - model: the model to ask; `nil` takes the default one, else the first that is listed.
    ///   - catalog: where prices and windows come from.
    ///   - allowsCost: whether a completion may be asked that costs money or whose price is unknown.
    ///   - trustedCertificatesFile: the authorities to trust instead of the system's.
    ///   - onStep: called with each step.
    /// - Returns: whether no step failed.
    /// - Throws: `UpstreamError` when the system gives no thread.
    public static func run(
        _ provider: ProviderSettings,
        at baseURL: String?,
        simulated: [SimulatedProviderSpec] = [],
        model: String?,
        catalog: Catalog,
        allowsCost: Bool,
        trustedCertificatesFile: String? = nil,
        onStep: (CheckStep) -> Void
    ) async throws -> Bool {
        let upstream = try UpstreamClient(
            UpstreamOptions(trustedCertificatesFile: trustedCertificatesFile)
        )
        defer { upstream.shutdown() }
        guard let url = baseURL else {
            onStep(CheckStep("connection", .failed, "it has no address; set `baseUrl`"))
            return false
        }
        let check = ProviderCheck(
            settings: provider,
            connection: ProviderConnection(provider, baseURL: url, catalog: catalog),
            upstream: upstream,
            prices: { model in
                let known = simulated.flatMap(\.models).first { $0.name == model }?.prices
                return known ?? provider.prices(of: model, in: catalog)
            }
        )
        var isGood = true
        await check.run(model: model, allowsCost: allowsCost) { step in
            if step.result == .failed { isGood = false }
            onStep(step)
        }
        return isGood
    }

    private func run(
        model: String?,
        allowsCost: Bool,
        _ onStep: (CheckStep) -> Void
    ) async {
        let listing = await listing()
        onStep(listing.connection)
        guard listing.connection.result != .failed else {
            for name in ["key", "models", "completion"] {
                onStep(CheckStep(name, .skipped, "there is no connection"))
            }
            return
        }
        onStep(await keyStep(listing))
        onStep(modelsStep(listing, asked: model))
        let listed = listing.models?.ids ?? []
        guard let model = model ?? settings.defaultModel ?? listed.first else {
            onStep(CheckStep("completion", .skipped, "no model is known; name one with --model"))
            return
        }
        await complete(model, allowsCost: allowsCost, onStep)
    }

    private func modelsStep(_ listing: Listing, asked: String?) -> CheckStep {
        guard let models = listing.models else {
            let reason = listing.failure?.message ?? "no list came"
            return CheckStep("models", .failed, reason)
        }
        let ids = models.ids
        let more = models.next == nil ? "" : " on the first page"
        let count = "\(ids.count) listed\(more)"
        guard let wanted = asked ?? settings.defaultModel, models.next == nil else {
            return CheckStep("models", ids.isEmpty ? .noted : .passed, count)
        }
        if ids.contains(wanted) || ids.contains(wanted.withLatestTag) {
            return CheckStep("models", .passed, "\(count), \(wanted) among them")
        }
        return CheckStep(
            "models",
            .noted,
            "\(count), but not \(wanted); `logway providers list` shows them"
        )
    }
}
