import Projections

/// Asks the read model, and the log itself where the read model can't be had: in a directory that
/// can't be written, on a full disk, beside the file of a later build.
///
/// Both give the same answer; the log takes longer.
enum ReadModelQuery {
    /// The answer of the read model, brought up to date first, or else that of a fold of the log.
    ///
    /// - Throws: `LogError` and the like when the log can't be read.
    static func answer<Answer>(
        _ directory: String,
        _ ask: (ReadModel) throws -> Answer,
        orFold fold: (inout LogQueries) throws -> Answer
    ) throws -> Answer {
        do {
            return try ask(ReadModel(directory) { Output.errorText("note: \($0)") })
        } catch let error as ReadModelError {
            Output.errorText("note: reading the log instead, which takes longer: \(error)")
            var log = try LogQueries(directory)
            return try fold(&log)
        }
    }
}
