import Glibc

extension ServeCommand {
    /// Lets the process open as many files as the system allows it.
    ///
    /// A stream takes two descriptors, its client's and its provider's; the usual soft limit of 1,024
    /// is there for programs that use `select`, which none of this does.
    static func raiseDescriptorLimit() {
        var limit = rlimit()
        // Safe: both calls read or write the one local structure.
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return
        }
        limit.rlim_cur = limit.rlim_max
        // A refusal leaves the limit as it was, which is what there would be without asking.
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
