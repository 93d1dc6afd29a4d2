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
        var listed: ModelsListed?
        let lanes = providers.lanes(of: provider.name, in: ledger)
        for (index, lane) in lanes.enumerated() {
            do throws(ProviderFailure) {
                listed = try await models(of: lane)
                probe.failure = nil
                probe.message = nil
                break
            } catch {
                // The first one's is told: the others are asked only because of it.
                if probe.failure == nil {
                    probe.failure = error.kind
                    probe.message = Self.words(error.masked(by: lane.keys))
                }
                let isOfKey = error.kind.fault == .key || error.kind.fault == .rate
                let address = lane.endpoint.baseURL
                let others = lanes[(index + 1)...]
                guard isOfKey || others.contains(where: { $0.endpoint.baseURL != address })
                else { break }
            }
        }
        if Task.isCancelled { return }
        probe.totalMicroseconds = Int(Clocks.monotonicMicroseconds - start)
        probe.pool = PoolReading(upstream.statistics, of: provider)
        record(probe, listed)
    }

    /// What a failure said, after the HTTP status where one came: `HTTP 404: Not Found`.
    private static func words(_ failure: ProviderFailure) -> String {
        guard let status = failure.status, !failure.message.contains("\(status)") else {
            return failure.message
        }
        return "HTTP \(status): \(failure.message)"
    }

    /// A lane's models; at a server of the user's own over as many connections at once as are to stay
    /// open, so that none of them grows too old to be used.
    private func models(
        of lane: ProviderConnection
    ) async throws(ProviderFailure) -> ModelsListed {
        let inUse = upstream.statistics.pools[lane.pool.name]?.inUse ?? 0
        let beside = (0..<max(0, lane.keptConnections - inUse - 1)).map { _ in
            upstream.start(lane.modelsRequest(from: nil))
        }
        let listing = ModelListing(upstream: upstream)
        let models: ModelsListed
        do throws(ProviderFailure) {
            models = try await listing.models(of: lane)
        } catch {
            for exchange in beside { exchange.cancel() }
            throw error
        }
        for exchange in beside {
            do {
                _ = try await exchange.head()
                _ = try await exchange.collect(limit: ModelListing.byteLimit)
            } catch {
                // Its connection is not there; the list came over another, so the provider is.
            }
        }
        return models
    }

    private func record(_ probe: HealthProbed, _ listed: ModelsListed?) {
        do throws(LogError) {
            try ledger.transact { state, _ in
                var events: [EventBody] = [.healthProbed(probe)]
                if let listed, !state.models.holds(listed) { events.append(.modelsListed(listed)) }
                return (events, ())
            }
        } catch {
            logger.error("a probe of \(probe.provider) could not be recorded: \(error)")
        }
    }
}

extension ModelRefresh: CustomStringConvertible {
    /// The name alone: the lifecycle's errors print the service that they are about.
    var description: String { "model refresh" }
}
