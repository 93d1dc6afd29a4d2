import Dispatch
import Foundation
import Synchronization
import Testing

@testable import WriteAheadLog

/// A recompression of a log's first segment, which stands before its new file takes its name, and what
/// happens beside it.
final class RecompressionRace: Sendable {
    let system: MemoryFileSystem
    /// Lets the recompression go on.
    let goOn = DispatchSemaphore(value: 0)
    private let isNamed = DispatchSemaphore(value: 0)
    private let options: LogOptions
    private let files: ToldFileSystem

    /// On the thread of whoever removes the segment, `isRemoved` is called after that.
    init(
        on system: MemoryFileSystem,
        _ options: LogOptions,
        isRemoved: @escaping @Sendable () -> Void = {}
    ) {
        self.system = system
        self.options = options
        files = ToldFileSystem(system) { [isNamed, goOn] operation, path in
            guard path == system.segmentPath(1) else { return }
            switch operation {
            case .renaming:
                isNamed.signal()
                goOn.wait()
            case .removed: isRemoved()
            }
        }
    }

    /// A writer whose recompression stands there.
    func writer() throws -> LogWriter {
        var options = options
        options.recompresses = true
        let writer = try LogWriter.open(
            MemoryFileSystem.directory,
            options: options,
            fileSystem: files
        )
        isNamed.wait()
        return writer
    }

    /// Retires the first segment; on a thread of its own, since one that waits for the recompression
    /// waits for ever.
    func retire(_ writer: LogWriter) -> LogError? {
        let done = DispatchSemaphore(value: 0)
        let error = Mutex<LogError?>(nil)
        Thread.detachNewThread {
            let found = logError { try writer.retire(throughSegment: 1) }
            error.withLock { $0 = found }
            done.signal()
        }
        let hasEnded = done.wait(timeout: .now() + .seconds(60)) == .success
        #expect(hasEnded, "the retirement waits for the recompression")
        return error.withLock { $0 }
    }

    /// Lets the recompression of this segment be the last, and go on to its end.
    func finish(_ writer: LogWriter) {
        writer.recompressor?.stop()
        goOn.signal()
        while writer.recompressor?.join() == false {}
    }

    /// The same; closes the writer, and checks what holds for every log after that.
    func end(_ writer: LogWriter) throws {
        finish(writer)
        try writer.close()
        #expect(writer.recompressionFailure == nil)
        #expect(system.bytes(system.segmentPath(1) + ".tmp").isEmpty)
        var reader = try system.reader()
        #expect(try reader.verify().isWhole)
    }
}
