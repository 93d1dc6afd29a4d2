/// What a client's pools are doing, a snapshot.
public struct UpstreamStatistics: Sendable, Hashable {
    /// One pool's numbers.
    public struct Pool: Sendable, Hashable {
        /// Connections that stand or are being made.
        public var open = 0
        /// Open connections that carry no exchange; 0 when more streams than connections run.
        public var idle = 0
        /// Exchanges that run.
        public var inUse = 0
        /// Exchanges that wait for their turn.
        public var queued = 0
        /// Exchanges that were ever asked of this pool.
        public var requests: UInt64 = 0
        /// Exchanges that ended and ran on the connection of an earlier one.
        public var reusedConnections: UInt64 = 0
        /// Exchanges refused because the queue was full.
        public var refused: UInt64 = 0
        /// The most exchanges that may run at once.
        public var maximumConnections = 0
        /// The most exchanges that may wait.
        public var maximumQueued = 0
    }

    /// The pools by name.
    public var pools: [String: Pool] = [:]
}
