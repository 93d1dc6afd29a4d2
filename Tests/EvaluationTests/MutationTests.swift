import Evaluation
import Events
import TestSupport
import Testing

@testable import RoutingSupport

@Suite("A record that was changed")
struct MutationTests {
    /// Fields that nothing in the log follows from, so that no replay can doubt them; the log's hash
    /// chain does.
    static let inputs: Set<String> = ["seed"]

    /// The fields of a decision, each of which must have been changed.
    static let decisionFields = [
        "request", "state_position", "decider_version", "policy", "policy_position",
        "prices_position", "strategy", "chain", "candidates.provider", "candidates.model",
        "candidates.predicted_cost_nanodollars", "candidates.probability_ppm",
        "excluded.provider", "excluded.reason", "excluded.until", "excluded.fields", "chosen",
        "floor_ppm", "max_attempts", "refusal", "deadline", "affinity.conversation",
        "affinity.provider", "affinity.kept",
    ]
    /// The same of an attempt.
    static let attemptFields = [
        "request", "number", "provider", "model", "candidate", "state_position", "after",
        "skipped.provider", "skipped.reason", "reserved_input", "reserved_output",
        "reserved_cost_nanodollars", "key", "lane", "conversation",
    ]

    /// Changes each scalar of every decision and attempt in turn, and shows it to a check that has seen
    /// what was before.
    ///
    /// - Returns: the names of the fields that were changed, without their indices.
    static func mutate(
        _ journal: Journal,
        expecting: (ReplayFindings, _ path: String) throws -> Void
    ) throws -> Set<String> {
        var names: Set<String> = []
        var check = ReplayCheck()
        for (index, line) in journal.lines.enumerated() {
            let sequence = UInt64(index + 1)
            var target = 0
            // The first decision says which version the others must have.
            while check.findings.decisions.total > 0 {
                var mutation = Mutation(target)
                let body: EventBody
                switch line.event.body {
                case .routeDecided(var decision):
                    decision.visit(&mutation)
                    body = .routeDecided(decision)
                case .attemptStarted(var attempt):
                    attempt.visit(&mutation)
                    body = .attemptStarted(attempt)
                default: body = line.event.body
                }
                guard let path = mutation.changed else { break }
                let changed = try Journal.Line(Event(body, at: line.event.time))
                var copy = check
                _ = copy.take(changed.event, changed.bytes.span, sequence: sequence)
                names.insert(line.event.body.name + "." + path.replacing(/\[\d+\]/, with: ""))
                try expecting(copy.findings, path)
                target += 1
            }
            _ = check.take(line.event, line.bytes.span, sequence: sequence)
        }
        return names
    }

    @Test func `is found, whatever its field, and the field is named`() throws {
        let seed = SeededRandom.seed()
        let wanted = Set(
            Self.decisionFields.map { "RouteDecided." + $0 }
                + Self.attemptFields.map { "AttemptStarted." + $0 }
        )
        var names: Set<String> = []
        var run = 0
        // Some fields are rare: a failover that passes over a candidate is one in hundreds.
        while run < 10 || !wanted.isSubset(of: names), run < 1_000 {
            let journal = try Journal(GatewayHistory(seed: seed &+ UInt64(run), steps: 60))
            names.formUnion(
                try Self.mutate(journal) { findings, path in
                    guard !Self.inputs.contains(path) else { return }
                    if path == "decider_version", findings.isEqual {
                        // A process's first decision may be of any build, and is counted apart.
                        return try #require(findings.decisions.byOtherVersion.count == 1)
                    }
                    let difference = findings.differences.first
                    let found = try #require(difference, "\(path) of seed \(seed), run \(run)")
                    try #require(
                        found.fields.contains { $0.path == path },
                        "\(path) is not among \(found.fields.map(\.path))"
                    )
                }
            )
            run += 1
        }
        #expect(wanted.subtracting(names) == [])
    }
}
