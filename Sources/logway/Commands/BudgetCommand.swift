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
    @OptionGroup var atOption: AtOption
    @Flag(name: .long, help: "Prints JSON; money in nano-dollars.")
    var json = false

    func run() throws {
        let queries = try LogQueries(readingOptions.directory())
        let state = try queries.state(at: atOption.time)
        let now = Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
        let status = BudgetStatus(state, at: atOption.time ?? max(now, state.time))
        if json { Output.line(try status.json) } else { Output.write(status.text) }
    }
}
