import ArgumentParser
import Evaluation
import Events
import Queries

/// `logway replay`.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Folds the log again, and with --check decides everything again.",
        discussion: """
            Without --check it tells what state the events give. With --check every recorded decision \
            and every attempt is decided again, on the state of its moment, and compared byte for \
            byte with what was recorded; it exits with 3 when one differs. Works beside a running \
            server.
            """
    )

    @OptionGroup var readingOptions: ReadingOptions
    @OptionGroup var atOption: AtOption
    @OptionGroup var period: PeriodOptions
    @Flag(name: .long, help: "Decides everything again, and compares.")
    var check = false
    @Option(name: .long, help: "Checks this request only, by its id.")
    var request: String?
    @Flag(name: .long, help: "Shows every difference, not only the first.")
    var all = false
    @Flag(name: .long, help: "Prints JSON.")
    var json = false

    func validate() throws {
        if let request, RequestID(request) == nil {
            throw ValidationError("'\(request)' is not the id of a request")
        }
        if check, atOption.time != nil {
            throw ValidationError("--at is not for --check; --until checks what came before")
        }
        if !check, all || period.isGiven || request != nil {
            throw ValidationError("--since, --until, --request and --all are for --check")
        }
    }

    func run() throws {
        let queries = try readingOptions.queries()
        var bar = ReplayProgress()
        let start = ContinuousClock.now
        guard check else {
            let replay = try queries.replay(until: atOption.time) { bar.show($0, of: $1) }
            let texts = ReplayTexts(replay, elapsed: start.duration(to: .now))
            if json { Output.line(texts.json) } else { Output.write(texts.text) }
            return
        }
        var scope = ReplayScope()
        scope.since = period.since?.time
        scope.until = period.until?.time
        scope.request = request.flatMap { RequestID($0) }
        let findings = try queries.check(scope, keepsAll: all) { bar.show($0, of: $1) }
        if let request, findings.decisions.total + findings.attempts.total == 0 {
            throw CommandError(
                "nothing was decided for request \(request) in \(queries.directory); "
                    + "`logway requests` lists those there are"
            )
        }
        let texts = ReplayCheckTexts(findings, elapsed: start.duration(to: .now))
        if json { Output.line(texts.json) } else { Output.write(texts.text) }
        if !findings.isEqual { throw CheckFailed() }
    }
}

/// Progress of a fold, where it takes long enough for somebody to wonder.
private struct ReplayProgress {
    /// About a second's worth.
    private static let worthShowing = 1_000_000
    private var bar: ProgressBar?

    mutating func show(_ events: Int, of total: Int) {
        guard total >= Self.worthShowing else { return }
        var bar = bar ?? ProgressBar(total: total)
        bar.show(events, note: "events")
        self.bar = bar
    }
}
