public import Events

/// The requests of a stretch of the log, folded from its events.
public struct RequestList: Sendable {
    private var records: [RequestID: RequestRecord] = [:]
    private var order: [RequestID] = []

    /// An empty list.
    public init() {}

    /// Takes in an event; those of requests that were received before the stretch are left out,
    /// feedback on them too.
    public mutating func apply(_ event: Event, sequence: UInt64) {
        guard let id = event.body.request else { return }
        if case .requestReceived = event.body, records[id] == nil {
            records[id] = RequestRecord(id: id)
            order.append(id)
        }
        records[id]?.apply(event, sequence: sequence)
    }

    /// The last `limit` requests that a filter lets through, newest first.
    public func newest(_ limit: Int, _ filter: RequestFilter) -> [RequestRecord] {
        var found: [RequestRecord] = []
        for id in order.reversed() where found.count < limit {
            if let record = records[id], filter.matches(record) { found.append(record) }
        }
        return found
    }

    /// A table for people.
    public static func table(_ lines: [RequestLine]) -> String {
        var table = TextTable([
            .text("time"), .text("request"), .text("asked for"), .text("last asked"),
            .text("outcome"), .number("tries"), .number("tokens"), .number("cost"),
            .number("total"),
        ])
        for line in lines {
            let tokens = line.promptTokens.flatMap { prompt in
                line.outputTokens.map { "\(prompt)+\($0)" }
            }
            table.add([
                String("\(line.id.time)".prefix(19)), line.id.description, line.requestedModel,
                line.lastAsked ?? "–", line.outcome?.name ?? "running", "\(line.attempts)",
                tokens ?? "–", line.outcome.map { _ in Format.cost(line.cost) } ?? "–",
                line.totalMicroseconds.map { Format.time(microseconds: $0) } ?? "–",
            ])
        }
        return table.text()
    }
}
