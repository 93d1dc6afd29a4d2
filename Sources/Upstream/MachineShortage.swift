import Glibc

/// What a machine can run out of so that no connection can be made, whoever is at its other end.
///
/// Local ports are none of it: they run out for one address at a time (`UpstreamError.noLocalPort`).
enum MachineShortage {
    /// The lack that an errno stands for, in words that say what to do; `nil` where it is none.
    static func words(for number: Int32) -> String? {
        switch number {
        case EMFILE: "descriptors: too many open files in this process; raise `ulimit -n`"
        case ENFILE: "descriptors: too many open files on this machine; raise fs.file-max"
        case ENOMEM, ENOBUFS: "memory for a socket"
        default: nil
        }
    }
}
