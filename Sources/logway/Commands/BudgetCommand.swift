import ArgumentParser
import Events
import Foundation
import Reporting
import RouterState

/// `logway budget`.
struct BudgetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "budget",
        abstract: "Shows what the budgets have spent, reserved and left."
    )

    @OptionGroup var readingOptions: ReadingOptions
    @Option(name: .long, help: "As it stood at this instant: RFC 3339, a date, or how long ago.")
    var at: TimeArgument?
    @Flag(name: .long, help: "Prints JSON; money in nano-dollars.")
    var json = false

    func run() throws {
        var queries = try LogQueries(readingOptions.directory())
        let state = try queries.state(at: at?.time)
        let now = Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
        let status = BudgetStatus(state, at: at?.time ?? max(now, state.time))
        if json { Output.line(try status.json) } else { Output.write(status.text) }
    }
}
