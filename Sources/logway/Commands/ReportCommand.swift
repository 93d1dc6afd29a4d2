import ArgumentParser
import Events
import Foundation
import Projections
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
        let now = Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
        let today = (atOption.time ?? now).date
        let month = month ?? MonthArgument(year: today.year, month: today.month)
        let report = try report(year: month.year, month: month.month)
        if json || format == .json {
            Output.line(try report.json)
        } else {
            Output.page(report.text)
        }
    }

    /// The report: of what the log says now from the read model, of an instant from the log.
    private func report(year: Int, month: Int) throws -> CostReport {
        let directory = try readingOptions.directory()
        if let time = atOption.time {
            var log = try LogQueries(directory)
            return try log.costs(year: year, month: month, at: time)
        }
        return try ReadModelQuery.answer(directory, needsBeginning: true) { model in
            try model.costs(of: CalendarMonth(year: year, month: month))
        } orFold: { log in
            try log.costs(year: year, month: month)
        }
    }
}
