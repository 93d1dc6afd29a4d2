import Events
import Foundation
import Providers
import RouterState
import Routing

/// Measures what stands between a request's body and its decision: reading the body, the features in
/// it, and `decide` among 50 candidates.
///
///     decidebench [N]        N requests a round, 20,000 by default
@main
struct DecideBench {
    static func main() throws {
        let count = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 20_000
        let town = BenchFixture()
        var rows: [Row] = []
        for kilobytes in [1, 8, 64] {
            let body = BenchFixture.body(promptBytes: kilobytes << 10)
            try rows.append(
                Row.measure("read a body of \(kilobytes) KiB, with features", count, limit: nil) {
                    _ in try town.received(body).features.cues.rawValue
                }
            )
        }
        let body = BenchFixture.body(promptBytes: 1 << 10)
        let received = try town.received(body)
        for strategies in [[], ["performance"], ["cost"], ["complexity"], ["quality"]] {
            let state = town.state(strategies)
            let decision = decide(
                received,
                in: RoutingContext(state, at: BenchFixture.noon),
                seed: 1
            )
            precondition(decision.candidates.count == 50, "not 50 candidates")
            let name = strategies.first ?? "usual strategies"
            rows.append(
                Row.measure("decide among 50, \(name)", count, limit: 100) { index in
                    let seed = UInt64(truncatingIfNeeded: index)
                    let context = RoutingContext(state, at: BenchFixture.noon)
                    let decision = decide(received, in: context, seed: seed)
                    return UInt64(decision.chosen ?? 0)
                }
            )
        }
        let state = town.state(["performance"])
        try rows.append(
            Row.measure("read 1 KiB, features, decide among 50", count, limit: 100) { index in
                let received = try town.received(body)
                let seed = UInt64(truncatingIfNeeded: index)
                let context = RoutingContext(state, at: BenchFixture.noon)
                let decision = decide(received, in: context, seed: seed)
                return UInt64(decision.chosen ?? 0)
            }
        )
        var folded = state
        let finished = town.finished
        rows.append(
            Row.measure("apply an AttemptFinished", count, limit: nil) { index in
                folded.apply(finished[index % finished.count], sequence: UInt64(index))
                return folded.position
            }
        )
        print(Row.table(rows))
        if rows.contains(where: \.isMissed) { exit(3) }
    }
}

/// One measured thing.
struct Row {
    var name: String
    /// Microseconds, sorted.
    var times: [Double]
    /// The most microseconds that 99 of 100 may take.
    var limit: Double?
    /// What the work came to, so that no compiler leaves it out.
    var sum: UInt64

    var isMissed: Bool { limit.map { quantile(0.99) > $0 } ?? false }

    func quantile(_ share: Double) -> Double {
        times[min(times.count - 1, Int(Double(times.count) * share))]
    }

    static func measure(
        _ name: String,
        _ count: Int,
        limit: Double?,
        _ work: (Int) throws -> UInt64
    ) rethrows -> Row {
        var (times, sum): ([Double], UInt64) = ([], 0)
        times.reserveCapacity(count)
        for index in 0..<(count + count / 10) {
            let start = ContinuousClock.now
            sum &+= try work(index)
            let took = ContinuousClock.now - start
            // The first tenth warms caches up.
            if index >= count / 10 { times.append(Double(took.components.attoseconds) / 1e12) }
        }
        return Row(name: name, times: times.sorted(), limit: limit, sum: sum)
    }

    /// The rows in Markdown.
    static func table(_ rows: [Row]) -> String {
        var lines = ["| | p50 | p99 | asked of p99 | |", "| --- | --- | --- | --- | --- |"]
        for row in rows {
            let figures = [0.5, 0.99].map { String(format: "%.1f µs", row.quantile($0)) }
            let asked = row.limit.map { String(format: "≤ %.0f µs", $0) } ?? ""
            let verdict = row.limit == nil ? "" : row.isMissed ? "MISSED" : "met"
            lines.append("| \(row.name) | \(figures[0]) | \(figures[1]) | \(asked) | \(verdict) |")
        }
        return lines.joined(separator: "\n")
    }
}
