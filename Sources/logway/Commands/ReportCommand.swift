import ArgumentParser
import Events
import Queries
import Reporting

/// `logway report`.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Tells what a month cost, exact to the nano-dollar against the events."
    )

    @OptionGroup var readingOptions: ReadingOptions
    @Option(
        name: .long,
        help: "The month in UTC, as YYYY-MM. Default: the current one, or that of --at."
    )
    var month: MonthArgument?
    @OptionGroup var atOption: AtOption
    @Option(name: .long, help: "text or json.")
    var format: Format = .text
    @Flag(name: .long, help: "The same as --format json.")
    var json = false

    /// How the report is written.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text
        case json
    }

    func run() throws {
        let month = month?.month ?? CalendarMonth((atOption.time ?? .wallClock).date)
        let report = try readingOptions.queries().costs(of: month, at: atOption.time)
        if json || format == .json {
            Output.line(report.json)
        } else {
            Output.page(report.text)
        }
    }
}
