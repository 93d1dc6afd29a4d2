import Events
import Reporting
import Testing

@testable import Projections

@Suite("How requests are found")
struct QueryPlanTests {
    static func filter(_ change: (inout RequestFilter) -> Void) -> RequestFilter {
        var filter = RequestFilter()
        change(&filter)
        return filter
    }

    /// Filters whose requests are found in the order they are listed in: the search ends with the
    /// last one asked for.
    static let filters = [
        RequestFilter(), filter { $0.provider = "groq" }, filter { $0.model = "llama" },
        filter { $0.task = "documentation" }, filter { $0.tag = "team=a" },
        filter { $0.outcome = .failed }, filter { $0.since = EventScript.start },
        filter { $0.until = EventScript.start },
        filter {
            $0.since = EventScript.start
            $0.provider = "groq"
            $0.outcome = .failed
        },
    ]

    @Test(arguments: filters)
    func `a search follows an index and sorts nothing`(filter: RequestFilter) throws {
        let folder = Folder()
        try folder.write(EventScript(seed: 1, steps: 2_000).events)
        let plan = try folder.model().read { database in
            let query = RequestQuery(columns: "r.received, r.cost", filter, limit: 20)
            // The columns are id, parent, a reserved one, and the text.
            return try database.rows("EXPLAIN QUERY PLAN " + query.sql, query.arguments) {
                try $0.value(3, String.self)
            }
        }
        #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(plan)")
        let isWhole = filter == RequestFilter()
        #expect(isWhole || !plan.contains { $0.hasPrefix("SCAN") }, "\(plan)")
    }
}
