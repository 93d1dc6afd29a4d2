import Events
import Upstream

extension PoolStatistics {
    /// What the connections to a provider are doing; `nil` before the first was asked for.
    ///
    /// Answers and model lists are admitted by pools of their own, but whoever comes finds the
    /// connections of both, so these are counted together.
    init?(_ statistics: UpstreamStatistics, of provider: ProviderConnection) {
        let answers = statistics.pools[provider.pool.name]
        let lists = statistics.pools[provider.listPool.name]
        guard answers != nil || lists != nil else { return nil }
        self.init()
        open = (answers?.open ?? 0) + (lists?.open ?? 0)
        inUse = answers?.inUse ?? 0
        idle = max(0, open - inUse - (lists?.inUse ?? 0))
        queued = answers?.queued ?? 0
        connectionLimit = provider.pool.maximumConnections
        queueLimit = provider.pool.maximumQueued
        requests = Int(clamping: answers?.requests ?? 0)
        reused = Int(clamping: answers?.reusedConnections ?? 0)
        refused = Int(clamping: answers?.refused ?? 0)
        keptOpen = provider.keptConnections
    }
}
