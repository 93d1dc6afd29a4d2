import EventLog
import Projections
import WriteAheadLog

/// Asks the read model, and the log itself where the read model can't be had: in a directory that
/// can't be written, on a full disk, beside the file of a later build.
///
/// Both give the same answer; the log takes longer.
enum ReadModelQuery {
    /// Asks the read model, brought up to date first, or else folds the log.
    ///
    /// - Parameters:
    ///   - directory: the data directory.
    ///   - needsBeginning: whether the answer may need events that retention gave up; where it gave
    ///     some up, the log is asked, which knows what can't be answered any more.
    ///   - ask: asks the read model.
    ///   - fold: asks the log.
    /// - Returns: the answer.
    /// - Throws: `LogError` and the like when the log can't be read.
    static func answer<Answer>(
        _ directory: String,
        needsBeginning: Bool = false,
        _ ask: (ReadModel) throws -> Answer,
        orFold fold: (inout LogQueries) throws -> Answer
    ) throws -> Answer {
        if needsBeginning {
            var log = try LogQueries(directory)
            if try log.reader.log.firstSequence() > 1 { return try fold(&log) }
        }
        do {
            return try ask(ReadModel(directory) { Output.errorText("note: \($0)") })
        } catch let error as ReadModelError {
            Output.errorText("note: reading the log instead, which takes longer: \(error)")
            var log = try LogQueries(directory)
            return try fold(&log)
        }
    }
}
