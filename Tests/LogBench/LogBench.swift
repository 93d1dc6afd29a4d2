import Events
import Foundation

/// Measures the log and the fold, in several rounds, each beside its reference.
///
///     logbench [--rounds N] [--events N] [--directory DIR]
///     logbench write DIR N       writes a log of N events there
///     logbench replay DIR        folds the log there; prints events a second and peak bytes
@main
struct LogBench {
    private static let replay = "replay"
    private static let write = "write"

    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.first == replay, arguments.count == 2 {
            let (_, rate) = try Starts.replay(arguments[1])
            print("\(rate) \(try Starts.peakMemory())")
            return
        }
        if arguments.first == write, arguments.count == 3, let count = Int(arguments[2]) {
            return try Starts.write(count, to: arguments[1])
        }
        try await LogBench(arguments).run()
    }

    private var rounds = 3
    private var events = 10_000_000
    private var directory = FileManager.default.temporaryDirectory.path

    private init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let option = rest.popFirst() {
            guard let value = rest.popFirst() else { throw BenchError("\(option) has no value") }
            switch option {
            case "--rounds": rounds = max(1, Int(value) ?? rounds)
            case "--events": events = max(1_000_000, Int(value) ?? events)
            case "--directory": directory = value
            default: throw BenchError("there is no option \(option)")
            }
        }
    }

    private func note(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    private func run() async throws {
        var table = Table()
        note("commits")
        try await measureCommits(&table)
        note("sizes")
        try measureSizes(&table)
        note("starts")
        try measureStarts(&table)
        print(table.text)
    }

    private func measureCommits(_ table: inout Table) async throws {
        var (one, bare): ([Double], [Double]) = ([], [])
        var many: [Double] = []
        var (bulk, encoded, sqlite): ([Double], [Double], [Double]) = ([], [], [])
        var traffic = Traffic()
        let events = traffic.events(500_000)
        for _ in 0..<rounds {
            let commit = try await Commits.one(in: directory, count: 2_000)
            one.append(commit.log)
            bare.append(commit.bare)
            many.append(try await Commits.many(64, in: directory, events: 200_000))
            bulk.append(try Commits.bulk(events, in: directory))
            encoded.append(try Commits.encodedBulk(events, in: directory))
            sqlite.append(try SQLite.bulk(events, in: directory))
        }
        table.add("commit, 1 waiter, p50; bare", one, "µs", reference: bare, .ratioAtMost(1.5))
        table.add("commits, 64 waiters", many, "/s", .atLeast(170_000))
        table.add("bulk", bulk, "/s", .atLeast(1_000_000))
        table.add(
            "bulk of encoded events; SQLite FULL, 1,000 a transaction",
            encoded,
            "/s",
            reference: sqlite,
            .ratioAtLeast(4)
        )
    }

    private func measureSizes(_ table: inout Table) throws {
        var traffic = Traffic()
        let events = traffic.events(100_000)
        let few = Array(events.prefix(5_000))
        let (json, rawJSON) = Sizes.json(events)
        let reference = [json]
        note("raw: \(Sizes.raw(events)) bytes an event, JSON \(rawJSON)")
        table.add(
            "bytes an event, a new log, 5 a commit; JSON lines in LZ4",
            [try Sizes.log(few, group: 5, in: directory)],
            "B",
            reference: reference,
            .ratioAtMost(0.45)
        )
        for (group, count) in [(5, 400_000), (64, 500_000), (1_000, 500_000)] {
            note("\(count) events, \(group) a commit")
            let steady = try Sizes.steady(traffic.events(count), group: group, in: directory)
            for (name, bytes) in [("hot", steady.hot), ("sealed", steady.sealed)] {
                table.add(
                    "bytes an event, \(name), \(group) a commit; the same",
                    [bytes],
                    "B",
                    reference: reference,
                    .ratioAtMost(0.45)
                )
            }
        }
    }

    private func measureStarts(_ table: inout Table) throws {
        let recoveries = try (0..<rounds).map { _ in
            try Starts.recovery(in: directory) * 1_000
        }
        table.add("recovery of a full segment", recoveries, "ms", .atMost(150))
        let small = try Folder(in: directory, "small")
        let large = try Folder(in: directory, "large")
        try Starts.write(events / 10, to: small.path)
        try Starts.write(events, to: large.path)
        var rates: [Double] = []
        var (peaks, smallPeaks): ([Double], [Double]) = ([], [])
        for _ in 0..<rounds {
            let (rate, peak) = try replayed(large.path)
            rates.append(rate)
            peaks.append(Double(peak) / 1e6)
            smallPeaks.append(Double(try replayed(small.path).peak) / 1e6)
        }
        table.add("replay and fold", rates, "/s", .atLeast(3_000_000))
        table.add(
            "peak memory of that; a tenth of the events",
            peaks,
            "MB",
            reference: smallPeaks,
            .ratioAtMost(1.1)
        )
        try Starts.writeSnapshot(large.path, lag: 249_000)
        let expected = try Starts.replay(large.path).state
        var starts: [Double] = []
        for _ in 0..<rounds {
            let (elapsed, state) = try Starts.start(large.path)
            guard state == expected else { throw BenchError("the start gave another state") }
            starts.append(elapsed * 1_000)
        }
        table.add(
            "start behind \(events) events, 249,000 of them to fold",
            starts,
            "ms",
            .atMost(500)
        )
    }

    /// Replays in a process of its own, whose peak is the replay's.
    private func replayed(_ directory: String) throws -> (rate: Double, peak: Int) {
        let process = Process()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = [Self.replay, directory]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(),
            as: UTF8.self
        )
        process.waitUntilExit()
        let numbers = text.split(whereSeparator: \.isWhitespace)
        guard numbers.count == 2, let rate = Double(numbers[0]), let peak = Int(numbers[1]) else {
            throw BenchError("the replay printed '\(text)'")
        }
        return (rate, peak)
    }
}
