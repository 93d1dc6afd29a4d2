import GRDB
import GRDBSQLite

/// Lets a batch be abandoned wherever it is: nothing of it is in the file then.
///
/// A class, since SQLite asks it as well, in the middle of statements that go through many rows.
final class Interruption {
    /// The batch is abandoned.
    struct GivenUp: Error {}

    /// Steps of SQLite's machine between two looks: some microseconds' worth.
    private static let steps: Int32 = 1_000

    private let goesOn: () -> Bool
    private var isGivenUp = false

    /// Asks whether to go on, until that is no longer so.
    init(_ goesOn: @escaping () -> Bool) { self.goesOn = goesOn }

    /// Looks whether to go on.
    ///
    /// - Throws: `GivenUp`.
    func check() throws {
        if isOver { throw GivenUp() }
    }

    /// Runs a body whose statements end early once nobody wants the batch any more.
    ///
    /// - Throws: `GivenUp` then, else what the body throws.
    func watching<Result>(_ database: Database, _ body: () throws -> Result) throws -> Result {
        // SAFETY: the connection is used by this call alone, which outlives the handler.
        let connection = unsafe database.sqliteConnection
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe sqlite3_progress_handler(
            connection,
            Self.steps,
            { context in
                guard let context = unsafe context else { return 0 }
                let asked = unsafe Unmanaged<Interruption>.fromOpaque(context)
                return unsafe asked.takeUnretainedValue().isOver ? 1 : 0
            },
            context
        )
        defer { unsafe sqlite3_progress_handler(connection, 0, nil, nil) }
        do {
            return try body()
        } catch let error as DatabaseError where error.resultCode == .SQLITE_INTERRUPT {
            try check()
            throw error
        }
    }

    private var isOver: Bool {
        if !isGivenUp { isGivenUp = !goesOn() }
        return isGivenUp
    }
}
