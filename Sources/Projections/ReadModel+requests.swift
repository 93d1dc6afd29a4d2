import EventLog
import Events
import GRDB
public import Reporting

extension ReadModel {
    /// Sequence numbers that lie closer are read in one go; finding a place costs as much as passing
    /// over that many events.
    private static let gap: UInt64 = 256

    /// The last `limit` requests that a filter lets through, newest first, a line each.
    ///
    /// - Throws: as `catchUp`.
    public func requests(_ limit: Int, _ filter: RequestFilter) throws -> [RequestLine] {
        let query = RequestQuery(
            columns: """
                r.id, r.requested_model, r.last_provider, r.last_model, r.outcome, r.attempts, \
                r.prompt_tokens, r.output_tokens, r.cost, r.total_us, r.received
                """,
            filter,
            limit: limit
        )
        return try read { database in
            var found: [UInt64] = []
            let lines = try database.rows(query.sql, query.arguments) { row in
                found.append(try row.sequence(10))
                var line = RequestLine(id: try row.id(0))
                line.requestedModel = try row.value(1)
                if let provider = try row.optional(2, String.self),
                    let model = try row.optional(3, String.self)
                {
                    line.lastAsked = "\(provider):\(model)"
                }
                line.outcome = try row.outcome(4)
                line.attempts = try row.value(5)
                line.promptTokens = try row.optional(6)
                line.outputTokens = try row.optional(7)
                line.cost = try row.optional(8, Int64.self).map { Nanodollars($0) }
                line.totalMicroseconds = try row.optional(9)
                return line
            }
            try database.check(found, by: filter, limit: limit)
            return lines
        }
    }

    /// The same requests with all their events, which are read from the log.
    ///
    /// - Throws: as `catchUp`.
    public func records(_ limit: Int, _ filter: RequestFilter) throws -> [RequestRecord] {
        let query = RequestQuery(columns: "r.received, r.id", filter, limit: limit)
        var places: [UInt64] = []
        var records: [RequestID: RequestRecord] = [:]
        let ids = try read { database in
            // A file that proves damaged is rebuilt, and then it is asked again.
            (places, records) = ([], [:])
            let found = try database.rows(query.sql, query.arguments) { row in
                (sequence: try row.sequence(0), id: try row.id(1))
            }
            let sequences = found.map(\.sequence)
            try database.check(sequences, by: filter, limit: limit)
            try database.checkPlaces(of: sequences)
            return try found.map { sequence, id in
                records[id] = RequestRecord(id: id)
                places += try database.rows(Self.places, [sequence, id.column]) {
                    try $0.optionalSequence(0)
                }.compactMap { $0 }
                return id
            }
        }
        try visit(places.sorted()) { event, sequence in
            if let id = event.body.request { records[id]?.apply(event, sequence: sequence) }
        }
        return ids.compactMap { records[$0] }
    }

    /// Where a request's events are.
    private static let places = """
        SELECT received FROM requests WHERE received = ?1 \
        UNION ALL SELECT decided FROM requests WHERE received = ?1 \
        UNION ALL SELECT completed FROM requests WHERE received = ?1 \
        UNION ALL SELECT started FROM attempts WHERE request = ?1 \
        UNION ALL SELECT finished FROM attempt_ends WHERE request = ?1 \
        UNION ALL SELECT sequence FROM feedback WHERE id = ?2 AND sequence > ?1
        """

    /// Visits the events at some sequence numbers, which ascend.
    private func visit(_ places: [UInt64], _ body: (Event, UInt64) -> Void) throws {
        var rest = places[...]
        try events { reader in
            while let first = rest.first {
                try reader.forEach(from: first) { event, sequence in
                    guard let next = rest.first else { return false }
                    if sequence == next {
                        body(event, sequence)
                        rest = rest.dropFirst()
                    }
                    return rest.first.map { $0 <= sequence + Self.gap } ?? false
                }
                // What is not there is passed over: the log is what counts.
                if rest.first == first { rest = rest.dropFirst() }
            }
        }
    }
}
