import Foundation
import Synchronization

/// Makes the next segment ahead of its use, on a thread of its own: zeroes are written and synced
/// before the first frame, so that a commit never waits for the file system to allocate.
final class SegmentPreparer: Sendable {
    private enum State {
        case idle
        case running
        case ready
        case failed(LogError)
    }

    private let fileSystem: any FileSystem
    private let paths: LogPaths
    private let segmentSize: Int
    private let state = Mutex(State.idle)
    private let done = Doorbell()

    init(_ paths: LogPaths, in fileSystem: any FileSystem, segmentSize: Int) {
        self.paths = paths
        self.fileSystem = fileSystem
        self.segmentSize = segmentSize
    }

    /// Why the last preparation failed; `nil` in health.
    var failure: LogError? {
        state.withLock { state in
            if case .failed(let error) = state { error } else { nil }
        }
    }

    /// Takes a segment that an earlier writer prepared.
    func adopt() { state.withLock { $0 = .ready } }

    /// Begins to prepare a segment, unless that is under way, done or failed.
    func start(_ number: UInt32, _ source: DictionarySource) {
        let isNew = state.withLock { state in
            guard case .idle = state else { return false }
            state = .running
            return true
        }
        guard isNew else { return }
        let thread = Thread { [self] in
            let result = Result { () throws(LogError) in try make(number, source) }
            state.withLock { state in
                switch result {
                case .success: state = .ready
                case .failure(let error): state = .failed(error)
                }
            }
            done.ring()
        }
        thread.name = "logway-segment"
        thread.start()
    }

    /// Waits for a preparation under way, and makes the segment now if none was or if it failed (no
    /// record was in it yet, so trying again loses nothing).
    func finish(_ number: UInt32, _ source: DictionarySource) throws(LogError) {
        let isReady = join()
        state.withLock { $0 = .idle }
        if !isReady { try make(number, source) }
    }

    /// Waits until no preparation is under way; tells whether one was made.
    @discardableResult
    func join() -> Bool {
        while true {
            let isReady: Bool? = state.withLock { state in
                switch state {
                case .running: nil
                case .ready: true
                case .idle, .failed: false
                }
            }
            if let isReady { return isReady }
            done.wait()
        }
    }

    /// Writes dictionary and zeroes under a temporary name, syncs, renames, and syncs the directory:
    /// a segment has its full length and its dictionary from the moment it has its name.
    private func make(_ number: UInt32, _ source: DictionarySource) throws(LogError) {
        let path = paths.segment(number)
        let room = Format.dictionaryRoom(segmentSize: segmentSize)
        let bytes = try source.bytes(limit: max(0, room - CompressionDictionary.headerSize))
        let dictionary = CompressionDictionary(lastOf: bytes)
        try onDisk { () throws(SystemError) in
            // A file whose sync failed must not be synced again, so an attempt before is removed.
            try fileSystem.removeIfPresent(path + ".tmp")
            let file = try fileSystem.open(path + ".tmp", .create)
            try file.writeZeroes(0..<segmentSize)
            if let dictionary { try file.writeAll(dictionary.block, at: Format.pageSize) }
            try file.synchronize()
            try fileSystem.rename(path + ".tmp", to: path)
            try fileSystem.synchronizeDirectory(paths.segments)
        }
    }
}
