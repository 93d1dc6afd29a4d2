import Glibc

/// The process as the system knows it.
enum ProcessIdentity {
    /// The process id.
    static var id: Int32 { getpid() }
}
