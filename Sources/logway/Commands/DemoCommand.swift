import ArgumentParser
import Demo
import Events
import Foundation
import Logging
import Queries
import Reporting
import RouterState
import Settings
import Simulation

/// `logway demo`.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Sends simulated traffic through a real gateway and shows what its log tells."
    )

    @Option(name: .long, help: "The data directory to leave behind. Default: a new one.")
    var data: String?
    @Option(
        name: .long,
        help: "An outcome table (JSON lines): its prompts are sent, its models answer as recorded."
    )
    var outcomes: String?
    @Option(name: .long, help: "At most this many requests. Default: 200, or the whole table.")
    var limit: Int?

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1") }
    }

    func run() async throws {
        let plan = try makePlan()
        let directory = try freshDirectory()
        Output.errorText(
            "starting \(plan.settings.providers.count) simulated providers and the gateway; "
                + "EVERY ANSWER IS SIMULATED"
        )
        // The gateway runs in this process, and must not wait for a reader.
        _ = Output.stopWaiting()
        var logger = Logger.standardError
        logger.logLevel = .warning
        var bar: ProgressBar?
        let tally = try await DemoRun.run(plan, directory: directory, logger: logger) { done, all in
            var shown = bar ?? ProgressBar(total: all)
            shown.show(done, note: "requests sent")
            bar = shown
        }
        try show(tally, directory: directory)
    }

    private func makePlan() throws -> DemoPlan {
        guard let outcomes else { return .ownPrompts(count: limit ?? 200) }
        let file = URL(filePath: outcomes).path
        return .outcomes(try OutcomeTable(file: file, limit: limit), file: file)
    }

    /// A directory that nothing is in, so that the report is of this demo alone.
    private func freshDirectory() throws -> String {
        if let data {
            let held = try? FileManager.default.contentsOfDirectory(atPath: data)
            guard held?.isEmpty ?? true else {
                throw CommandError("\(data) is not empty; name a new directory with --data")
            }
            return data
        }
        let name = "logway-demo-\(UInt32.random(in: .min ... .max))"
        return FileManager.default.temporaryDirectory.appending(path: name).path
    }

    /// What the log tells of the traffic: a failover explained, the providers, the month's cost.
    private func show(_ tally: DemoTraffic.Tally, directory: String) throws {
        Output.line(
            "\(tally.answered) answered, \(tally.refused) refused, \(tally.failed) failed, "
                + "\(tally.judged) judged"
        )
        let invocation = Invocation(data: directory)
        let queries = LogQueries(directory)
        var filter = RequestFilter()
        filter.failedOver = true
        filter.outcome = .answered
        if let record = try queries.records(1, filter).first {
            let command = invocation.command("explain \(record.id)")
            Output.line("\nA request that failed over: \(command)\n")
            Output.page(ExplainPage(record).text)
        } else {
            Output.line("\nNo request had to fail over this time; run it with more requests.")
        }
        let now = Timestamp.wallClock
        let state = try queries.state()
        Output.line("\nThe providers: \(invocation.command("providers status"))\n")
        Output.status(ProviderStatus(state, at: max(now, state.time)).text)
        Output.line("\nThe month: \(invocation.command("report"))\n")
        let report = try queries.costs(of: CalendarMonth(state.time.date))
        Output.page(report.text)
        let recorded = outcomes == nil ? nil : tally.recordedCost
        if let recorded {
            Output.line(
                "\nThe outcome table records $\(recorded) for these answers; "
                    + "the report says $\(report.total.cost)."
            )
        }
        Output.line(
            """

            Look around in what it left behind:
              \(invocation.command("requests"))
              \(invocation.command("log tail"))
              \(invocation.command("log verify"))
            """
        )
        guard tally.answered > 0 else {
            throw CommandError(
                "none of \(tally.refused + tally.failed) requests was answered; "
                    + "`\(invocation.command("explain last"))` says why of the last one"
            )
        }
        if let recorded, recorded != report.total.cost {
            throw CheckFailed(message: "the report differs from the outcome table")
        }
    }
}
