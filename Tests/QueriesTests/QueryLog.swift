import EventLog
import Events
import Foundation
import Queries
import Reporting
import RouterState
import Synchronization
import Testing
import WriteAheadLog

@testable import RoutingSupport

extension HistoryLog {
    /// What the requests of the history are by the fold of its events, up to an instant.
    func list(at time: Timestamp? = nil) -> RequestList {
        var list = RequestList()
        for (index, event) in events.enumerated() where time.map({ event.time <= $0 }) ?? true {
            list.apply(event, sequence: UInt64(index + 1))
        }
        return list
    }

    /// The report of a month by the fold of the events up to an instant.
    func report(_ month: CalendarMonth, at time: Timestamp? = nil) -> CostReport {
        var report = CostReport(year: month.year, month: month.month)
        for event in events where time.map({ event.time <= $0 }) ?? true { report.apply(event) }
        return report
    }

    /// A time in the middle of the history.
    var middle: Timestamp { events[events.count / 2].time }

    /// The history of which the first segments were retired, behind a state that was carried on.
    static func retired() throws -> HistoryLog {
        let history = GatewayHistory(seed: 5, steps: 2_000)
        var carried = StateCarried()
        carried.position = history.state.position
        carried.state = OpaqueBytes(history.state.encoded)
        let end = history.events[history.events.count - 1].time
        let last = Event(.stateCarried(carried), at: end + .seconds(60))
        return try HistoryLog(withoutCarriedStates(history) + [last]) { log in
            try log.retire(throughSegment: 2)
        }
    }

    /// Flips a byte of a frame in the second half of the log that holds the beginning of a request.
    ///
    /// The log has to be of several frames.
    ///
    /// - Returns: the sequence numbers of the frame's events.
    func damage() throws -> ClosedRange<UInt64> {
        var reader = try LogReader(path)
        var places: [(frame: FrameSummary, end: Int)] = []
        try reader.forEachFrame { frame in
            if let last = places.last, last.frame.segment == frame.segment {
                places[places.count - 1].end = frame.offset
            }
            places.append((frame, 0))
            return true
        }
        // Of the largest one the most is body; what is after it in the segment says where it ends.
        let place = try #require(
            places.filter { $0.end > 0 && self.begins(in: $0.frame.sequences) }
                .max { $0.frame.storedLength < $1.frame.storedLength }
        )
        let frame = place.frame
        let segment = try #require(try reader.segments().first { $0.number == frame.segment })
        let file = URL(filePath: "\(path)/\(segment.file)")
        var bytes = try Data(contentsOf: file)
        bytes[frame.offset + (place.end - frame.offset) * 3 / 4] ^= 0xFF
        try bytes.write(to: file)
        return frame.sequences
    }

    /// Whether a request begins among these events, and in the second half of the log.
    private func begins(in sequences: ClosedRange<UInt64>) -> Bool {
        sequences.lowerBound > events.count / 2 && firstRequest(in: sequences) != nil
    }

    /// The first request that begins among these events.
    func firstRequest(in sequences: ClosedRange<UInt64>) -> RequestID? {
        for sequence in sequences {
            if case .requestReceived(let received) = events[Int(sequence) - 1].body {
                return received.request
            }
        }
        return nil
    }
}

extension FrameSummary {
    /// The sequence numbers of its events.
    fileprivate var sequences: ClosedRange<UInt64> {
        firstSequence...firstSequence + UInt64(count) - 1
    }
}

/// What somebody was told.
final class Notices: Sendable {
    private let kept = Mutex<[String]>([])

    var all: [String] { kept.withLock(\.self) }

    func add(_ notice: String) { kept.withLock { $0.append(notice) } }
}

/// A folder that goes away with the value.
final class WorkFolder {
    let path = FileManager.default.temporaryDirectory.path + "/logway-queries-\(UUID().uuidString)"

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch {}
    }

    /// Writes a file and returns its path.
    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        let file = URL(filePath: path + "/" + name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(text.utf8).write(to: file)
        return file.path
    }

    func read(_ name: String) throws -> String {
        try String(contentsOf: URL(filePath: path + "/" + name), encoding: .utf8)
    }

    /// The environment of a process in the folder, whose home is `home` in it.
    func environment(_ variables: [String: String] = [:]) -> QueryEnvironment {
        QueryEnvironment(
            variables: variables.merging(["HOME": path + "/home"]) { own, _ in own },
            workingDirectory: path
        )
    }
}
