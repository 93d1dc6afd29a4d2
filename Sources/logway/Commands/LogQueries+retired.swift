import EventLog
import Events
import WriteAheadLog

extension LogQueries {
    /// What a search in the log gives; `nil` where it leads to events that were retired.
    mutating func unlessRetired<Result>(
        _ body: (inout EventReader) throws -> Result
    ) throws -> Result? {
        do {
            return try body(&reader)
        } catch let error as LogError {
            guard case .retired = error else { throw error }
            return nil
        }
    }

    /// What can't be told any more, and what can.
    mutating func retired(_ what: String) throws -> CommandError {
        let first = try firstSequence()
        var since = ""
        try reader.forEach(from: first) { event, _ in
            since = ", \(event.time),"
            return false
        }
        return CommandError(
            "\(what) was retired: the log is kept from event \(first)\(since) on"
                + " (`log.retention`); ask for that time or a later one"
        )
    }
}
