import ArgumentParser
import Events
import JSONBytes
import Ledger
import Queries

extension LogCommand {
    /// `logway log clock`.
    struct ClockCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "clock",
            abstract:
                "Holds the machine's clock against the log's time; exits with 3 if it is doubted.",
            discussion: """
                A clock that is further ahead of the log's time than is believed is doubted: what a log \
                says once of the time, it says for ever. If the clock is right, as after months in which \
                nothing ran, --confirm says so to the server that runs, or to its next start.
                """
        )

        @OptionGroup var readingOptions: ReadingOptions
        @Flag(name: .long, help: "Says that the machine's clock is right.")
        var confirm = false
        @Flag(name: .long, help: "Prints JSON.")
        var json = false

        func run() throws {
            let queries = try readingOptions.queries()
            let report = ClockReport(try queries.state())
            let isConfirmed =
                try confirm && ClockConfirmation.give(in: queries.directory, for: report)
            let text = ClockText(report, isConfirmed: isConfirmed)
            if json { Output.line(text.json) } else { Output.write(text.text) }
            if report.doubt != nil, !confirm { throw CheckFailed(message: nil) }
        }
    }
}

/// What `logway log clock` says.
private struct ClockText {
    let report: ClockReport
    let isConfirmed: Bool

    init(_ report: ClockReport, isConfirmed: Bool) {
        self.report = report
        self.isConfirmed = isConfirmed
    }

    var text: String {
        var lines = [
            "last event       \(report.logTime.map { "\($0)" } ?? "none")",
            "machine's clock  \(report.clock)"
                + (report.isSynchronized ? ", kept by a time server" : ""),
        ]
        if isConfirmed {
            lines.append(
                "confirmed: the server takes it within a second, or when it starts within an hour"
            )
        } else {
            lines.append(report.doubt.map { "DOUBTED: \($0)" } ?? "they agree")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    var json: String {
        JSONWriter.text { object in
            object.member("clock", "\(report.clock)")
            object.member("confirmed", isConfirmed)
            object.member("doubt", ifPresent: report.doubt)
            object.member("last_event", ifPresent: report.logTime.map { "\($0)" })
            object.member("synchronized", report.isSynchronized)
        }
    }
}
