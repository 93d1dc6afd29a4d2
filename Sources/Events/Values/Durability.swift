/// What has to be durable before what; each level says what a crash can lose.
public enum Durability: String, Sendable, CaseIterable {
    /// The decision before the provider is asked, and the outcome before the answer's last byte.
    ///
    /// A crash loses nothing that a provider or a client has seen.
    case strict
    /// The decision before the answer's first byte, and the outcome before its last.
    ///
    /// A crash loses nothing that a client has seen; a provider may have been asked by a request
    /// whose decision was still on its way to the disk.
    case group
    /// Nothing waits; the log is written and synced right behind.
    ///
    /// A crash of the machine can lose the last few milliseconds of answered requests, a crash of
    /// the process those that were not written yet.
    case async
}
