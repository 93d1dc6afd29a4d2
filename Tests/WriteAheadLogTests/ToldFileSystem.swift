import TestSupport
import WriteAheadLog

/// Files that tell of some calls, on the thread that makes them: it goes on when the handler returns.
final class ToldFileSystem: ForwardingFileSystem {
    enum Call {
        /// A file is about to get the name.
        case renaming
        /// The name is gone.
        case removed
    }

    let below: any FileSystem
    private let tell: @Sendable (Call, String) -> Void

    init(_ below: any FileSystem, _ tell: @escaping @Sendable (Call, String) -> Void) {
        self.below = below
        self.tell = tell
    }

    func rename(_ path: String, to newPath: String) throws(SystemError) {
        tell(.renaming, newPath)
        try below.rename(path, to: newPath)
    }

    func remove(_ path: String) throws(SystemError) {
        try below.remove(path)
        tell(.removed, path)
    }
}
