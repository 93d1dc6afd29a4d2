import Foundation
import Glibc
import Synchronization
public import WriteAheadLog

/// The machine's files, except that a test can hold back the syncs of the log's segments, or fail
/// them.
public final class HeldFileSystem: ForwardingFileSystem {
    private struct State {
        var isHeld = false
        var failure: Int32?
        /// Syncs that began and have not returned.
        var held = 0
    }

    /// The machine's.
    public let below: any FileSystem = PosixFileSystem()
    private let state = Mutex(State())
    private let condition = NSCondition()

    /// Files whose syncs pass.
    public init() {}

    /// From now on no sync of a segment returns.
    public func hold() { state.withLock { $0.isHeld = true } }

    /// Lets every sync go, those that wait included.
    public func release() { change { $0.isHeld = false } }

    /// From now on every sync of a segment fails; what waits fails too.
    public func fail() {
        change { state in
            state.failure = EIO
            state.isHeld = false
        }
    }

    /// Whether the log stands in a sync that is held back.
    public var isHolding: Bool { state.withLock { $0.held > 0 } }

    private func change(_ body: @Sendable (inout State) -> Void) {
        condition.lock()
        state.withLock { body(&$0) }
        condition.broadcast()
        condition.unlock()
    }

    fileprivate func pass() -> Int32? {
        condition.lock()
        defer { condition.unlock() }
        state.withLock { $0.held += 1 }
        defer { state.withLock { $0.held -= 1 } }
        while state.withLock(\.isHeld) { condition.wait() }
        return state.withLock(\.failure)
    }

    // MARK: FileSystem

    /// A file, whose syncs are held back if it is a segment.
    public func open(_ path: String, _ access: FileAccess) throws(SystemError) -> any File {
        let file = try below.open(path, access)
        return path.hasSuffix(".seg") ? HeldFile(file, path, self) : file
    }
}

private final class HeldFile: ForwardingFile {
    let below: any File
    private let path: String
    private let system: HeldFileSystem

    init(_ below: any File, _ path: String, _ system: HeldFileSystem) {
        self.below = below
        self.path = path
        self.system = system
    }

    func synchronize() throws(SystemError) {
        if let code = system.pass() {
            throw SystemError(operation: "fdatasync", path: path, code: code)
        }
        try below.synchronize()
    }
}
