import ArgumentParser
import Events
import Queries
import Reporting
import WriteAheadLog

/// `logway log`.
struct LogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Reads, checks and repairs the log.",
        subcommands: [
            TailCommand.self, VerifyCommand.self, StatsCommand.self, DumpCommand.self,
            CheckpointCommand.self, RepairCommand.self, ClockCommand.self,
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
            var tail = try LogTail(
                readingOptions.directory(),
                type: type?.name,
                request: request.flatMap { RequestID($0) }
            )
            let end = try tail.last(number)
            // Before damage too, what there is is shown.
            for line in end.lines { show(line.event, line.sequence) }
            if let damage = end.damage { throw damage }
            while follow {
                try await Task.sleep(for: Self.pollInterval)
                Output.endIfUnread()
                try tail.more(show)
            }
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
            var bar = ProgressBar(total: 100)
            let verification = try readingOptions.queries().verify(
                against: checkpoint,
                publicKey: againstOptions.publicKeyBytes
            ) { checked, total in
                // A small log is checked before a bar could be read.
                guard total > 64 << 20 else { return }
                bar.show(checked * 100 / total, note: "% checked")
            }
            let text = VerificationText(verification)
            if json { Output.line(text.json) } else { Output.write(text.text) }
            if !verification.isWhole { throw CheckFailed(message: nil) }
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
            let text = StatisticsText(try readingOptions.queries().contents())
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

/// The type of an event on the command line, by its name.
struct EventTypeArgument: ExpressibleByArgument {
    static let allValueStrings = EventTypeName.known

    let name: EventTypeName

    init?(argument: String) {
        guard let name = EventTypeName(argument) else { return nil }
        self.name = name
    }
}
