extension MemoryFileSystem {
    /// Where the log under the fuzzer lies.
    static let directory = "/data"
}
