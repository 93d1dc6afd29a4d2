import Dispatch
public import EventLog
public import Events
import Synchronization
public import WriteAheadLog

/// Keeps the texts of requests and answers, beside their way and never in it.
///
/// A thread of its own takes the keys out and appends. What can't be kept, because the disk is full or
/// slow, is left out and told of; the requests go on.
public final class BodyRecorder: Sendable {
    /// The bytes that may wait for the thread.
    static let waitingLimit = 64 << 20
    /// The bytes of an answer that are kept; far above any model's output limit.
    public static let answerLimit = 16 << 20

    private let log: BodyLog
    private let keys: Redaction
    /// Why the log of events has little room: what is written here must not take the rest.
    private let shortage: @Sendable () -> LogError?
    private let notice: @Sendable (String) -> Void
    private let queue = DispatchQueue(label: "logway.bodies", qos: .utility)
    private let waiting = Atomic(0)
    /// How many texts were left out since the last one that was kept.
    private let lost = Mutex(0)

    /// A recorder that appends to a log of bodies.
    ///
    /// - Parameters:
    ///   - log: where texts are kept; closed by `close`.
    ///   - keys: what is taken out of them.
    ///   - shortage: why the log of events has little room; `nil` where it has enough.
    ///   - notice: told what the operator may want to know.
    public init(
        _ log: BodyLog,
        keys: Redaction,
        shortage: @escaping @Sendable () -> LogError?,
        notice: @escaping @Sendable (String) -> Void
    ) {
        self.log = log
        self.keys = keys
        self.shortage = shortage
        self.notice = notice
    }

    /// Captures a text, if there is room for it; costs a comparison.
    public func capture(_ body: CapturedBody, at time: Timestamp) {
        let size = body.bytes.count
        guard waiting.add(size, ordering: .relaxed).newValue <= Self.waitingLimit else {
            waiting.subtract(size, ordering: .relaxed)
            return recordDrop("more than \(Self.waitingLimit) bytes wait to be written")
        }
        queue.async { [self] in
            write(body, at: time)
            waiting.subtract(size, ordering: .relaxed)
        }
    }

    /// Deletes what is older than so many days, by whole segments; blocks on I/O.
    func retire(olderThanDays days: Int, now: Timestamp) throws(LogError) -> Int64 {
        try log.retire(olderThanDays: days, now: now)
    }

    /// Writes what waits, then closes the log; blocks on I/O.
    public func close() {
        drain()
        do throws(LogError) {
            try log.close()
        } catch {
            notice("the texts of the last requests may not be kept: \(error)")
        }
    }

    /// Blocks until what waits was handed to the log.
    func drain() { queue.sync {} }

    private func write(_ body: CapturedBody, at time: Timestamp) {
        if let shortage = shortage() ?? log.shortage { return recordDrop("\(shortage)") }
        var body = body
        body.bytes = keys.masked(body.bytes)
        do throws(LogError) {
            try log.append(body, at: time)
        } catch {
            return recordDrop("\(error)")
        }
        let before = lost.withLock { lost in
            defer { lost = 0 }
            return lost
        }
        if before > 0 {
            notice("texts of requests are kept again; \(before) were left out")
        }
    }

    private func recordDrop(_ reason: String) {
        let isFirst = lost.withLock { lost in
            lost += 1
            return lost == 1
        }
        if isFirst {
            notice("texts of requests are not kept for now, the requests go on: \(reason)")
        }
    }
}
