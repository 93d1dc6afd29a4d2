import EventLog
import Events
import WriteAheadLog

/// Finds a request in the log by its id, which leads to its place.
enum RequestLookup {
    /// How far behind the id's time the search ends.
    ///
    /// The id and the event have the same clock, which never goes back, and between them lie only
    /// the reading of the body's JSON and the wait for the ledger's lock: milliseconds, and seconds
    /// on a machine that stands still for a while. A minute of a busy log is read in a second.
    static let reach = Duration.seconds(60)
    /// After how many events it tells what it has read.
    static let stride = 1_000

    /// What feedback on a request is about: who answered, and what kind of work it was.
    struct Judged: Sendable {
        var provider: String?
        var model: String?
        var task: TaskType?
    }

    /// What a request in the log of a directory came to, as far as it is durable; `nil` when the log
    /// does not hold it.
    ///
    /// Of an answer that took longer than `reach`, who gave it is left open. Blocks on I/O.
    ///
    /// - Parameters:
    ///   - id: the request.
    ///   - directory: the data directory.
    ///   - hasRead: called after each ``stride`` of events.
    /// - Returns: what it came to.
    /// - Throws: as `EventReader` does.
    static func judged(
        _ id: RequestID,
        in directory: String,
        each hasRead: () -> Void = {}
    ) throws -> Judged? {
        var found: Judged?
        var count = 0
        var reader = try EventReader(directory)
        let end = id.time + reach
        let first: UInt64
        do {
            first = try reader.firstSequence(of: id)
        } catch let error as LogError {
            guard case .retired(let kept) = error else { throw error }
            // Of a request that was received about when the log begins now, the event may be kept.
            first = kept
        }
        try reader.forEach(from: first) { event, _ in
            count += 1
            if count.isMultiple(of: Self.stride) { hasRead() }
            guard event.body.request == id else { return event.time <= end }
            switch event.body {
            case .requestReceived: found = Judged()
            case .routeDecided(let decision): found?.task = decision.classification.task
            case .requestCompleted(let completed):
                if completed.outcome == .answered {
                    found?.provider = completed.provider
                    found?.model = completed.model
                }
                return false
            default: break
            }
            return event.time <= end
        }
        return found
    }
}
