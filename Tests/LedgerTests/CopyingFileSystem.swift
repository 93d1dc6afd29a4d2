import Foundation
import Synchronization
import TestSupport
import WriteAheadLog

/// The machine's files, and a copy of a folder as it was before each changing call: what a process
/// that dies there leaves behind.
final class CopyingFileSystem: ForwardingFileSystem {
    let below: any FileSystem = PosixFileSystem()
    private let folder: String
    /// Held by a call that changes something: a copy is of one moment.
    private let alone = NSLock()
    /// Where the copies go; none are made without it.
    private let copies = Mutex<(path: String, count: Int)?>(nil)

    /// Copies this folder, once told to.
    init(_ folder: String) { self.folder = folder }

    /// From now on, copies go to `path` followed by a number from 0.
    func begin(_ path: String) { copies.withLock { $0 = (path, 0) } }

    /// Ends the copying, and returns how many copies there are.
    func end() -> Int {
        copies.withLock { copies in
            defer { copies = nil }
            return copies?.count ?? 0
        }
    }

    /// Makes a call, alone, after a copy.
    fileprivate func change<Result>(
        _ call: () throws(SystemError) -> Result
    ) throws(SystemError) -> Result {
        alone.lock()
        defer { alone.unlock() }
        copy()
        return try call()
    }

    private func copy() {
        copies.withLock { copies in
            guard let (path, count) = copies else { return }
            do {
                try FileManager.default.copyItem(atPath: folder, toPath: "\(path)\(count)")
            } catch {
                fatalError("no copy could be made: \(error)")
            }
            copies?.count += 1
        }
    }

    // MARK: FileSystem

    func open(_ path: String, _ access: FileAccess) throws(SystemError) -> any File {
        guard access == .create else {
            return CopyingFile(try below.open(path, access), self)
        }
        let file = try change { () throws(SystemError) in try below.open(path, access) }
        return CopyingFile(file, self)
    }

    func createDirectory(_ path: String) throws(SystemError) {
        try change { () throws(SystemError) in try below.createDirectory(path) }
    }

    func rename(_ path: String, to newPath: String) throws(SystemError) {
        try change { () throws(SystemError) in try below.rename(path, to: newPath) }
    }

    func remove(_ path: String) throws(SystemError) {
        try change { () throws(SystemError) in try below.remove(path) }
    }
}

private final class CopyingFile: ForwardingFile {
    let below: any File
    private let system: CopyingFileSystem

    init(_ below: any File, _ system: CopyingFileSystem) {
        self.below = below
        self.system = system
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SystemError) -> Int {
        try system.change { () throws(SystemError) in
            unsafe try below.write(bytes, at: offset)
        }
    }
}
