import ArgumentParser
import Events
import Queries
import WriteAheadLog

extension LogCommand {
    /// `logway log repair`.
    struct RepairCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "repair",
            abstract: "Makes a damaged log usable again; what it cuts is kept beside it.",
            discussion: """
                For a log that the server refuses as damaged. The log ends with the last record \
                before the damage from then on; a footer, padding or mark that follows from the \
                rest is repaired instead. Nothing is destroyed: log/repair-TIME/ keeps every byte \
                that was changed, and a manifest. A log that lost its end, as a snapshot or read.db \
                knows, goes on without it. Not beside a running server.
                """
        )

        @OptionGroup var readingOptions: ReadingOptions
        @Flag(name: .long, help: "Says what would be done, and changes nothing.")
        var dryRun = false
        @Flag(name: .long, help: "Prints JSON.")
        var json = false

        func run() throws {
            let queries = try readingOptions.queries()
            let report = try queries.repair(dryRun: dryRun, now: .wallClock)
            Output.write(json ? report.json + "\n" : RepairText(report).text)
        }
    }
}
