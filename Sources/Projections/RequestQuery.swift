import Events
import GRDB
import Reporting

/// The SQL that finds the requests which a filter lets through, newest first.
struct RequestQuery {
    let sql: String
    let arguments: [(any ColumnValue)?]

    /// The newest `limit` requests, with these columns of `requests` (as `r`).
    init(columns: String, _ filter: RequestFilter, limit: Int) {
        var labels = Self.labels(filter)
        var conditions: [String] = []
        var arguments: [(any ColumnValue)?] = []
        let source: String
        let order: String
        if labels.isEmpty {
            source = "requests r"
            order = "r.received"
        } else {
            // The first label leads: its rows are in the order of the requests, so the search ends
            // with the last one asked for. CROSS JOIN keeps SQLite from another order.
            let first = labels.removeFirst()
            source = "request_labels l CROSS JOIN requests r ON r.received = l.request"
            order = "l.request"
            conditions.append("l.kind = ? AND l.name = ?")
            arguments += [first.kind.rawValue, first.name]
        }
        for label in labels {
            conditions.append(
                "EXISTS (SELECT 1 FROM request_labels "
                    + "WHERE kind = ? AND name = ? AND request = r.received)"
            )
            arguments += [label.kind.rawValue, label.name]
        }
        // The log's time never goes back, so an instant is a place in the order.
        if let since = filter.since {
            conditions.append(
                "\(order) >= (SELECT received FROM requests WHERE received_us >= ? "
                    + "ORDER BY received_us, received LIMIT 1)"
            )
            arguments.append(since.microseconds)
        }
        if let until = filter.until {
            conditions.append(
                "\(order) <= (SELECT received FROM requests WHERE received_us < ? "
                    + "ORDER BY received_us DESC, received DESC LIMIT 1)"
            )
            arguments.append(until.microseconds)
        }
        if let cost = filter.minimumCost {
            conditions.append("r.cost >= ?")
            arguments.append(cost.count)
        }
        if filter.failedOver { conditions.append("r.attempts > 1") }
        let condition = conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND ")) "
        sql = "SELECT \(columns) FROM \(source) \(condition)ORDER BY \(order) DESC LIMIT ?"
        self.arguments = arguments + [limit]
    }

    /// What the filter looks requests up by, what is likely to be rare first.
    static func labels(_ filter: RequestFilter) -> [RequestLabel] {
        [
            filter.tag.map { RequestLabel(.tag, $0) },
            filter.task.map { RequestLabel(.task, $0) },
            filter.model.map { RequestLabel(.model, $0) },
            filter.provider.map { RequestLabel(.provider, $0) },
            filter.outcome.map { RequestLabel(.outcome, $0.name) },
        ].compactMap { $0 }
    }
}
