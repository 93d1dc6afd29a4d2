import Events
public import Ledger
public import Logging
public import Platform
import Providers
import RouterState
public import ServiceLifecycle
import Settings
public import Upstream
import WriteAheadLog

/// Asks the providers for their models, free of charge.
///
/// At the start, then every so often, never on the path of a request. The answer is a health probe
/// as well.
public struct ModelRefresh: Service {
    let ledger: Ledger
    let providers: ProviderDirectory
    let upstream: UpstreamClient
    let shortages: Shortages
    let logger: Logger

    /// A refresh that has not begun.
    ///
    /// - Parameters:
    ///   - ledger: where probes and new lists are recorded.
    ///   - providers: who is asked.
    ///   - upstream: over what.
    ///   - shortages: where it is noted what was lacking.
    ///   - logger: where the operator reads what could not be recorded.
    public init(
        ledger: Ledger,
        providers: ProviderDirectory,
        upstream: UpstreamClient,
        shortages: Shortages,
        logger: Logger
    ) {
        self.ledger = ledger
        self.providers = providers
        self.upstream = upstream
        self.shortages = shortages
        self.logger = logger
    }

    /// Refreshes each provider at its own interval until the service is told to stop.
    ///
    /// It waits for that even when no provider is probed: a service that ends stops the gateway.
    public func run() async throws {
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
    public func refreshAll() async {
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
                // What Logway lacks says nothing of the provider: the next probe asks again.
                if let kind = error.shortage { return shortages.note(kind, error.message) }
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
        probe.pool = PoolStatistics(upstream.statistics, of: provider)
        record(probe, listed?.without(ledger.redaction))
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
            try ledger.record([.healthProbed(probe)])
        } catch {
            logger.error("a probe of \(probe.provider) could not be recorded: \(error)")
        }
        guard var listed else { return }
        let leftOut = listed.bound()
        do throws(LogError) {
            let isNew = try ledger.transact { [listed] state, _ in
                let isNew = !state.models.holds(listed)
                return (isNew ? [.modelsListed(listed)] : [], isNew)
            }.result
            guard isNew, leftOut > 0 else { return }
            logger.warning(
                """
                \(probe.provider) lists more than is kept (\(ModelsListed.byteLimit) bytes, names of \
                \(ModelsListed.nameLimit)): the last \(leftOut) models are not known; name those \
                that you need under `models`
                """
            )
        } catch {
            logger.error("the models of \(probe.provider) could not be recorded: \(error)")
        }
    }
}

extension ModelsListed {
    /// The list as it is recorded, to be compared with the one before: without secrets, and in order.
    fileprivate func without(_ redaction: Redaction) -> ModelsListed {
        var list = redaction.redacted(self)
        guard list != self else { return self }
        list.models = Set(list.models).sorted()
        list.details.sort { $0.name < $1.name }
        return list
    }
}

extension ModelRefresh: CustomStringConvertible {
    /// The name alone: the lifecycle's errors print the service that they are about.
    public var description: String { "model refresh" }
}
