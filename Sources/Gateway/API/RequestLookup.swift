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

    /// Whether the log in a directory holds the request, as far as it is durable.
    ///
    /// Blocks on I/O.
    /// - Throws: as `EventReader` does.
    static func holds(_ id: RequestID, in directory: String) throws -> Bool {
        var isFound = false
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
            if case .requestReceived(let received) = event.body, received.request == id {
                isFound = true
            }
            return !isFound && event.time <= end
        }
        return isFound
    }
}
