import Events
import Logging
import Providers
import RouterState
import ServiceLifecycle
import Settings
import Upstream
import WriteAheadLog

/// Asks the providers for their models, free of charge.
///
/// At the start, then every so often, never on the path of a request. The answer is a health probe
/// as well.
struct ModelRefresh: Service {
    /// The bytes that a list may have; OpenRouter's has about half a megabyte.
    static let listLimit = 16 << 20
    /// The pages of a list that are read: each has up to a thousand models.
    static let pageLimit = 20

    let ledger: Ledger
    let providers: ProviderDirectory
    let upstream: UpstreamClient
    let logger: Logger

    /// Refreshes each provider at its own interval until the service is told to stop.
    ///
    /// It waits for that even when no provider is probed: a service that ends stops the gateway.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for provider in providers.all where provider.healthCheck.isEnabled {
                    group.addTask { await repeatedly(refresh: provider) }
                }
            }
        }
        do {
            try await gracefulShutdown()
        } catch {
            // Cancelled: the stop did not wait for it.
        }
    }

    private func repeatedly(refresh provider: ProviderConnection) async {
        while !Task.isCancelled {
            do {
                try await Task.sleep(for: provider.healthCheck.interval)
            } catch {
                return
            }
            await refresh(provider)
        }
    }

    /// Refreshes every provider once, all at the same time.
    func refreshAll() async {
        await withDiscardingTaskGroup { group in
            for provider in providers.all {
                group.addTask { await refresh(provider) }
            }
        }
    }

    private func refresh(_ provider: ProviderConnection) async {
        let start = Clocks.monotonicMicroseconds
        var probe = HealthProbed()
        probe.provider = provider.name
        var listed: [String]?
        do throws(ProviderFailure) {
            listed = try await models(of: provider)
        } catch {
            probe.failure = error.kind
            probe.message = error.masked(by: provider.keys).message
        }
        if Task.isCancelled { return }
        probe.totalMicroseconds = Int(Clocks.monotonicMicroseconds - start)
        do throws(LogError) {
            try ledger.transact { [probe, listed] state, _ in
                var events: [EventBody] = [.healthProbed(probe)]
                if let listed, listed != state.models.models(of: provider.name) {
                    var list = ModelsListed()
                    list.provider = provider.name
                    list.models = listed
                    events.append(.modelsListed(list))
                }
                return (events, ())
            }
        } catch {
            logger.error("a probe of \(provider.name) could not be recorded: \(error)")
        }
    }

    private func models(
        of provider: ProviderConnection
    ) async throws(ProviderFailure) -> [String] {
        var ids: Set<String> = []
        var cursor: String?
        for _ in 0..<Self.pageLimit {
            let page = try await page(of: provider, from: cursor)
            ids.formUnion(page.ids)
            guard let next = page.next, next != cursor else { break }
            cursor = next
        }
        return ids.sorted()
    }

    private func page(
        of provider: ProviderConnection,
        from cursor: String?
    ) async throws(ProviderFailure) -> ModelList.Page {
        let exchange = upstream.start(provider.modelsRequest(from: cursor))
        let head: UpstreamHead
        let body: [UInt8]
        do throws(UpstreamError) {
            head = try await exchange.head()
            body = try await exchange.collect(limit: Self.listLimit)
        } catch {
            throw ProviderFailure(error)
        }
        let family = provider.endpoint.family
        guard (200..<300).contains(head.status) else {
            throw ProviderFailure.classify(
                status: head.status,
                headers: { head.headers[$0] },
                body: body,
                family: family,
                now: Clocks.wall
            )
        }
        return try ModelList.parse(body, family: family)
    }
}

extension ModelRefresh: CustomStringConvertible {
    /// The name alone: the lifecycle's errors print the service that they are about.
    var description: String { "model refresh" }
}
