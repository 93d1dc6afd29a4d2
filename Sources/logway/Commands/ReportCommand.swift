import ArgumentParser
import Events
import Foundation
import Reporting

/// `logway report`.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Tells what a month cost, exact to the nano-dollar against the events."
    )

    @OptionGroup var readingOptions: ReadingOptions
    @Option(name: .long, help: "The month in UTC, as YYYY-MM. Default: the current one.")
    var month: MonthArgument?
    @Option(name: .long, help: "As it stood at this instant: RFC 3339, a date, or how long ago.")
    var at: TimeArgument?
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
        let today = Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000)).date
        let month = month ?? MonthArgument(year: today.year, month: today.month)
        var queries = try LogQueries(readingOptions.directory())
        let report = try queries.costs(year: month.year, month: month.month, at: at?.time)
        if json || format == .json {
            Output.line(try report.json)
        } else {
            Output.page(report.text)
        }
    }
}
