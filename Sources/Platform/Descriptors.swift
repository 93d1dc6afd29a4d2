import Glibc

/// The descriptors that this process may have, and how many of them its clients' connections may take.
public enum Descriptors {
    /// Descriptors for what is opened later: the listener, the next segment, snapshots, the read model,
    /// the files of a report, name lookups.
    static let toCome = 24
    /// Descriptors that a request needs: its client's, its provider's.
    public static let perRequest = 2

    /// How many the process may have; `nil` where the system does not say.
    public static var limit: Int? {
        var limit = rlimit()
        // SAFETY: writes the one local structure.
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return nil
        }
        return Int(clamping: limit.rlim_cur)
    }

    /// How many are in use; 0 where the system does not say.
    static var open: Int {
        // SAFETY: the stream is closed below; nothing of an entry is read.
        guard let folder = unsafe opendir("/proc/self/fd") else { return 0 }
        defer { unsafe closedir(folder) }
        var count = 0
        while unsafe readdir(folder) != nil { count += 1 }
        // `.`, `..` and the stream itself.
        return max(0, count - 3)
    }

    /// How many connections there may be, so that each has a descriptor for its provider and enough are
    /// left for the log.
    ///
    /// - Parameters:
    ///   - wanted: how many are asked for.
    ///   - least: how many there are, however few descriptors the system allows.
    ///   - perRequest: the descriptors that each takes.
    /// - Returns: `wanted`, or what the system allows, if that is less.
    public static func connections(
        wanted: Int,
        least: Int,
        perRequest: Int = Self.perRequest
    ) -> Int {
        guard let limit else { return wanted }
        let free = limit - open - min(toCome, limit / 8)
        return min(wanted, max(least, free / perRequest))
    }
}
