import EventLog
import Events

/// Finds a request in the log by its id, which leads to its place.
enum RequestLookup {
    /// How far before the id's time the search begins: an id has whole milliseconds.
    static let slack = Duration.seconds(1)
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
        try reader.forEach(since: id.time + (.zero - slack)) { event, _ in
            if case .requestReceived(let received) = event.body, received.request == id {
                isFound = true
            }
            return !isFound && event.time <= end
        }
        return isFound
    }
}
