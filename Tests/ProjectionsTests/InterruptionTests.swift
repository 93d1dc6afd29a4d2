import GRDB
import Testing

@testable import Projections

@Suite("Interruption of a batch")
struct InterruptionTests {
    /// A statement that goes through a billion rows.
    private static let long = """
        WITH RECURSIVE counted(n) AS (
            SELECT 1 UNION ALL SELECT n + 1 FROM counted LIMIT 1000000000
        ) SELECT count(*) FROM counted
        """

    @Test func `a long statement ends once nobody wants its batch`() throws {
        var asked = 0
        let interruption = Interruption {
            asked += 1
            return asked < 5
        }
        let queue = try DatabaseQueue()
        #expect(throws: Interruption.GivenUp.self) {
            try queue.inDatabase { database in
                try interruption.watching(database) {
                    _ = try database.rows(Self.long) { try $0.value(0, Int.self) }
                }
            }
        }
        #expect(asked == 5)
        // The connection is as good as before.
        let one = try queue.inDatabase { database in
            try database.rows("SELECT 1") { try $0.value(0, Int.self) }
        }
        #expect(one == [1])
    }
}
