import ArgumentParser
import Events
import Queries
import Reporting

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
        let queries = try readingOptions.queries()
        let status = try queries.budgets(at: atOption.time, now: .wallClock)
        if json { Output.line(status.json) } else { Output.write(status.text) }
    }
}
