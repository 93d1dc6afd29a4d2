import ArgumentParser
import EventLog
import Events
import Reporting
import WriteAheadLog

/// `logway log`.
struct LogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Reads, checks and repairs the log.",
        subcommands: [
            TailCommand.self, VerifyCommand.self, StatsCommand.self, DumpCommand.self,
            CheckpointCommand.self, RepairCommand.self,
        ]
    )

    /// `logway log tail`.
    struct TailCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "tail",
            abstract: "Prints the last events, and with -f those to come."
        )

        /// How often a followed log is looked at: soon enough for people.
        private static let pollInterval = Duration.milliseconds(200)

        @OptionGroup var readingOptions: ReadingOptions
        @Option(name: .shortAndLong, help: "How many of the last events, of those that match.")
        var number = 20
        @Flag(name: .shortAndLong, help: "Goes on with events as they become durable.")
        var follow = false
        @Option(name: .long, help: "Only events of this type, such as RouteDecided.")
        var type: EventTypeArgument?
        @Option(name: .long, help: "Only events of this request.")
        var request: String?
        @Flag(name: .long, help: "Prints one JSON object a line.")
        var json = false

        func validate() throws {
            guard number >= 0 else { throw ValidationError("--number must not be negative") }
            if let request, RequestID(request) == nil {
                throw ValidationError("'\(request)' is not the id of a request")
            }
        }

        func run() async throws {
            var queries = try LogQueries(readingOptions.directory())
            let wanted = request.flatMap { RequestID($0) }
            var next = try showLast(&queries, wanted)
            while follow {
                try await Task.sleep(for: Self.pollInterval)
                Output.endIfUnread()
                next = try queries.forEach(from: next) { event, sequence in
                    if matches(event, wanted) { show(event, sequence) }
                    return true
                }
            }
        }

        /// Shows the last events that match and returns where to go on.
        private func showLast(
            _ queries: inout LogQueries,
            _ wanted: RequestID?
        ) throws -> UInt64 {
            var last = LastItems<(event: Event, sequence: UInt64)>(number)
            let start = try firstSequence(&queries, wanted)
            // Before damage too, what there is is shown.
            defer { for (event, sequence) in last.items { show(event, sequence) } }
            return try queries.forEach(from: start) { event, sequence in
                if matches(event, wanted) { last.append((event, sequence)) }
                return true
            }
        }

        /// Where the last events that match are to be looked for.
        private func firstSequence(
            _ queries: inout LogQueries,
            _ wanted: RequestID?
        ) throws -> UInt64 {
            let first = try queries.firstSequence()
            if let wanted {
                return try queries.unlessRetired { try $0.firstSequence(of: wanted) } ?? first
            }
            if type != nil { return first }
            guard let last = try queries.lastSequenceUnlessDamaged() else { return first }
            return last > UInt64(number) ? max(first, last - UInt64(number) + 1) : first
        }

        private func matches(_ event: Event, _ wanted: RequestID?) -> Bool {
            if let type, event.body.name != type.name { return false }
            return wanted == nil || event.body.request == wanted
        }

        private func show(_ event: Event, _ sequence: UInt64) {
            Output.line(json ? event.json(sequence: sequence) : EventLine(event, sequence).text)
        }
    }

    /// `logway log verify`.
    struct VerifyCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify",
            abstract: "Checks every checksum, chain link and event; exits with 3 if one is bad."
        )

        @OptionGroup var readingOptions: ReadingOptions
        @OptionGroup var againstOptions: AgainstOptions
        @Flag(name: .long, help: "Prints JSON.")
        var json = false

        func run() throws {
            let checkpoint = try againstOptions.checkpoint()
            let directory = try readingOptions.directory()
            var reader = try LogReader(directory)
            var bar = ProgressBar(total: 100)
            let report = try reader.verify(
                against: checkpoint,
                publicKey: againstOptions.publicKeyBytes
            ) { checked, total in
                // A small log is checked before a bar could be read.
                guard total > 64 << 20 else { return }
                bar.show(checked * 100 / total, note: "% checked")
            }
            let undecodable = report.isWhole ? Self.firstUndecodable(directory) : nil
            if json {
                Output.line(VerificationText(report, undecodable: undecodable).json)
            } else {
                Output.write(VerificationText(report, undecodable: undecodable).text)
            }
            if !report.isWhole || undecodable != nil { throw CheckFailed(message: nil) }
        }

        /// What stops the events of a whole log from being read, if something does.
        private static func firstUndecodable(_ directory: String) -> String? {
            do {
                var reader = try EventReader(directory)
                try reader.forEach(from: reader.log.firstSequence()) { _, _ in true }
                return nil
            } catch {
                return "\(error)"
            }
        }
    }

    /// `logway log stats`.
    struct StatsCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "stats",
            abstract: "Counts and sizes of the log, and its events by type."
        )

        @OptionGroup var readingOptions: ReadingOptions
        @Flag(name: .long, help: "Prints JSON.")
        var json = false

        func run() throws {
            let directory = try readingOptions.directory()
            var log = try LogReader(directory)
            let statistics = try log.statistics()
            var types: [String: Int] = [:]
            var reader = try EventReader(directory)
            try reader.forEach(from: reader.log.firstSequence()) { event, _ in
                types[event.body.name, default: 0] += 1
                return true
            }
            let text = StatisticsText(statistics, types: types)
            Output.write(json ? text.json + "\n" : text.text)
        }
    }

    /// `logway log dump`.
    struct DumpCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "dump",
            abstract: "Prints the log's frames: where each lies and what it is made of."
        )

        @OptionGroup var readingOptions: ReadingOptions
        @Option(name: .long, help: "Begin at this segment.")
        var segment: UInt32 = 0
        @Flag(name: .long, help: "Prints one JSON object a line.")
        var json = false

        func run() throws {
            var reader = try LogReader(readingOptions.directory())
            if !json { Output.line(FrameLine.heading) }
            try reader.forEachFrame(fromSegment: segment) { frame in
                let line = FrameLine(frame)
                Output.line(json ? line.json : line.text)
                return true
            }
        }
    }
}
