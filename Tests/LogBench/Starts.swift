import EventLog
import Events
import Foundation
import Glibc
import RouterState
import WriteAheadLog

/// What a start costs: recovery, folding the log, and folding what a snapshot does not hold.
enum Starts {
    static let code = OpaqueBytes([1])

    /// Seconds to open a log that was not closed and whose segment of 64 MiB is full but for the
    /// last MiB.
    static func recovery(in parent: String) throws -> Double {
        let folder = try Folder(in: parent, "full")
        let copy = try Folder(in: parent, "copy")
        let log = try EventLog(folder.path)
        var traffic = Traffic()
        var reader = try EventReader(folder.path)
        while try reader.log.statistics().storedBytes < 63 << 20 {
            try Commits.append(traffic.events(20_000), to: log)
            try log.flush()
        }
        guard try reader.log.segments().filter(\.sealed).isEmpty else {
            throw BenchError("the segment is sealed already")
        }
        // The files as a crash leaves them: copied while the writer has them open.
        try FileManager.default.removeItem(atPath: copy.path)
        try FileManager.default.copyItem(atPath: folder.path, toPath: copy.path)
        try log.close()
        // What the writer had synced is on the disk after a crash; a fresh copy is not.
        sync()
        var opened: EventLog?
        let elapsed = try seconds { opened = try EventLog(copy.path) }
        guard opened?.recovery.closedCleanly == false else {
            throw BenchError("the log was closed cleanly")
        }
        try opened?.close()
        return elapsed
    }

    /// Writes a log of so many events.
    static func write(_ count: Int, to directory: String) throws {
        let log = try EventLog(directory)
        var traffic = Traffic()
        try log.append(traffic.opening())
        while Int(log.nextSequence) < count {
            try Commits.append(traffic.events(100_000), to: log)
        }
        try log.close()
    }

    /// Folds a log from its first event; returns the state and events a second of one core.
    static func replay(_ directory: String) throws -> (state: RouterState, rate: Double) {
        var state = RouterState()
        let elapsed = try processorSeconds {
            var reader = try EventReader(directory)
            try reader.forEach(fields: RouterState.fields) {
                state.apply($0, sequence: $1)
                return true
            }
        }
        return (state, Double(state.position) / elapsed)
    }

    /// Writes a snapshot that lacks the last `lag` events of a log.
    static func writeSnapshot(_ directory: String, lag: UInt64) throws {
        let log = try EventLog(directory)
        let last = log.durableSequence - lag
        var state = RouterState()
        var reader = try EventReader(directory)
        try reader.forEach(fields: RouterState.fields) {
            if $1 > last { return false }
            state.apply($0, sequence: $1)
            return true
        }
        let snapshot = try log.snapshot(
            of: state.encoded,
            at: state.position,
            time: state.time,
            code: code
        )
        try SnapshotStore(directory).write(snapshot)
        try log.close()
    }

    /// Seconds from opening a log to the state of its last event, with a snapshot.
    static func start(_ directory: String) throws -> (seconds: Double, state: RouterState) {
        var log: EventLog?
        var state = RouterState()
        let elapsed = try seconds {
            let opened = try EventLog(directory)
            log = opened
            let restored = try opened.restore(from: SnapshotStore(directory), code: code) {
                bytes throws(EventCodingError) in
                try RouterState(decoding: bytes)
            }
            guard let snapshot = restored.state else { throw BenchError("no snapshot fits") }
            state = snapshot
            var reader = try EventReader(directory)
            try reader.forEach(from: state.position + 1, fields: RouterState.fields) {
                state.apply($0, sequence: $1)
                return true
            }
        }
        try log?.close()
        return (elapsed, state)
    }

    /// The most memory this process ever had, in bytes (VmHWM).
    static func peakMemory() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        for line in status.split(separator: "\n") where line.hasPrefix("VmHWM:") {
            if let kibibytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) {
                return kibibytes << 10
            }
        }
        throw BenchError("/proc/self/status has no VmHWM")
    }
}
