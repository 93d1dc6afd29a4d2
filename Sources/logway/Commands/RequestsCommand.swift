import ArgumentParser
import Events
import Queries
import Reporting

/// `logway requests`.
struct RequestsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "requests",
        abstract: "Lists requests, newest first."
    )

    @OptionGroup var readingOptions: ReadingOptions
    @OptionGroup var atOption: AtOption
    @OptionGroup var period: PeriodOptions
    @Option(name: .shortAndLong, help: "At most this many.")
    var limit = 20
    @Option(name: .long, help: "Only those that this provider was asked for.")
    var provider: String?
    @Option(name: .long, help: "Only those that asked for or were tried at this model.")
    var model: String?
    @Option(name: .long, help: "Only those of this task, given or inferred.")
    var task: String?
    @Option(name: .long, help: "Only those with this label.")
    var tag: String?
    @Option(
        name: .long,
        help: "Only those that ended so: answered, failed, refused, cancelled, cut, interrupted."
    )
    var outcome: OutcomeArgument?
    @Option(name: .long, help: "Only those that cost at least this many dollars.")
    var minCost: DollarsArgument?
    @Flag(name: .long, help: "Only those with more than one attempt.")
    var failedOver = false
    @Flag(name: .long, help: "Prints one JSON object a line.")
    var json = false

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be at least 1") }
    }

    func run() throws {
        var filter = RequestFilter()
        filter.since = period.since?.time
        filter.until = period.until?.time
        filter.provider = provider
        filter.model = model
        filter.task = task
        filter.tag = tag
        filter.outcome = outcome?.outcome
        filter.minimumCost = minCost?.amount
        filter.failedOver = failedOver
        let queries = try readingOptions.queries()
        if json {
            for record in try queries.records(limit, filter, at: atOption.time) {
                Output.line(record.json)
            }
        } else {
            let lines = try queries.requests(limit, filter, at: atOption.time)
            if lines.isEmpty {
                Output.errorText("no request matches")
            } else {
                Output.write(RequestList.table(lines))
            }
        }
    }
}

/// How a request ended, on the command line.
struct OutcomeArgument: ExpressibleByArgument {
    let outcome: RequestOutcome

    static let allValueStrings = RequestOutcome.allCases.map(\.name)

    init?(argument: String) {
        guard let outcome = RequestOutcome.allCases.first(where: { $0.name == argument }) else {
            return nil
        }
        self.outcome = outcome
    }
}

/// An amount in dollars, on the command line.
struct DollarsArgument: ExpressibleByArgument {
    let amount: Nanodollars

    init?(argument: String) {
        guard let amount = Nanodollars(dollars: argument) else { return nil }
        self.amount = amount
    }
}
