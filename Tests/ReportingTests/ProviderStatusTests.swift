import Events
import Foundation
import RouterState
import TestSupport
import Testing

@testable import Reporting

@Suite("Provider status")
struct ProviderStatusTests {
    /// What happened at groq, as one row of the status.
    static func status(_ build: (inout EventScript) -> Void) -> ProviderStatus {
        var course = EventScript()
        course.applyPolicy()
        build(&course)
        return ProviderStatus(course.state(), at: course.now)
    }

    static func attempt(
        _ course: inout EventScript,
        _ failure: FailureKind? = nil,
        model: String = "llama",
        count: Int = 1
    ) {
        for _ in 0..<count {
            let id = RequestID(time: course.now, random: (0, UInt64(course.events.count)))
            course.receive(id)
            course.start(id, model: model)
            course.finish(id, model: model, failing: failure, cost: Nanodollars(2_000_000)) {
                $0.message = failure.map { "it said \($0.name)" }
            }
            course.complete(id)
        }
    }

    static func probe(
        _ course: inout EventScript,
        _ failure: FailureKind? = nil,
        saying message: String? = nil
    ) {
        course.now = course.now + .seconds(1)
        var probe = HealthProbed()
        probe.provider = "groq"
        probe.failure = failure
        probe.message = message
        course.append(.healthProbed(probe))
    }

    static let cases:
        [(String, ProviderStatus.Condition, String?, @Sendable (inout EventScript) -> Void)] =
            [
                ("never asked", .unknown, nil, { _ in }),
                ("answered", .healthy, nil, { attempt(&$0) }),
                ("only probed", .healthy, nil, { probe(&$0) }),
                (
                    "1 in 10 failed", .healthy, nil,
                    {
                        attempt(&$0, .serverError)
                        attempt(&$0, count: 9)
                    }
                ),
                (
                    "2 in 10 failed", .degraded, "groq fails often",
                    {
                        attempt(&$0, .serverError, count: 2)
                        attempt(&$0, count: 8)
                    }
                ),
                (
                    "rate limited", .degraded, "groq does not take llama for now",
                    {
                        attempt(&$0)
                        attempt(&$0, .rateLimited)
                    }
                ),
                (
                    "model missing", .degraded, "groq does not take llama for now",
                    { attempt(&$0, .modelMissing) }
                ),
                (
                    "breaker open", .unhealthy, "groq failed 5 times in a row",
                    { attempt(&$0, .serverError, count: 5) }
                ),
                (
                    "key rejected", .unhealthy, "groq rejects its key",
                    {
                        attempt(&$0)
                        attempt(&$0, .keyRejected)
                    }
                ),
                (
                    "not there", .unhealthy, "groq does not answer",
                    { probe(&$0, .connectionFailed) }
                ),
                (
                    "silent, then answered", .healthy, nil,
                    {
                        probe(&$0, .firstTokenTimeout)
                        $0.now = $0.now + .seconds(1)
                        attempt(&$0)
                    }
                ),
                (
                    "answered, then silent", .unhealthy, "groq does not answer",
                    {
                        attempt(&$0)
                        probe(&$0, .connectTimeout)
                    }
                ),
                (
                    "no list, never asked", .unknown,
                    "groq answers, but its list of models can't be read (HTTP 404: Not Found)",
                    { probe(&$0, .modelMissing, saying: "HTTP 404: Not Found") }
                ),
                (
                    "no list, but answers", .healthy, "groq answers, but its list",
                    {
                        attempt(&$0)
                        probe(&$0, .serverError, saying: "HTTP 500: no")
                    }
                ),
                (
                    "no list, and rate limited ever since", .degraded, "groq does not take",
                    {
                        attempt(&$0)
                        probe(&$0, .invalidResponse)
                        attempt(&$0, .rateLimited, count: 11)
                    }
                ),
                (
                    "key rejected by a probe", .unhealthy, "groq rejected its key when",
                    {
                        attempt(&$0)
                        probe(&$0, .keyRejected)
                    }
                ),
                ("the pool was full", .unknown, nil, { probe(&$0, .poolExhausted) }),
                (
                    "there again", .healthy, nil,
                    {
                        probe(&$0, .connectionFailed)
                        probe(&$0)
                    }
                ),
            ]

    @Test(arguments: cases.indices)
    func `a provider's condition follows from its record, with what to do about it`(
        index: Int
    ) throws {
        let (name, condition, advice, build) = Self.cases[index]
        let status = Self.status(build)
        let row = try #require(status.rows.first { $0.provider.name == "groq" })
        #expect(row.condition == condition, "\(name)")
        #expect(status.text.contains("Recommendations") == (advice != nil), "\(name)")
        if let advice { #expect(status.text.contains("  \(advice)"), "\(name)") }
    }

    @Test func `a provider whose models are named needs no list`() {
        var course = EventScript()
        var applied = PolicyApplied()
        var groq = ProviderPolicy()
        groq.name = "groq"
        groq.models = ["llama"]
        applied.policy.providers = [groq]
        course.append(.policyApplied(applied))
        Self.probe(&course, .modelMissing)
        let status = ProviderStatus(course.state(), at: course.now)
        #expect(status.rows[0].condition == .unknown)
        #expect(!status.text.contains("Recommendations"))
    }

    @Test func `the table has availability, latency, errors and today's cost`() {
        let status = Self.status { course in
            Self.attempt(&course, count: 7)
            Self.attempt(&course, .serverError, count: 3)
            let id = RequestID(time: course.now, random: (9, 9))
            course.receive(id)
            course.finish(id, failing: .clientGone, cost: nil)
        }
        let lines = status.text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(
            lines[0]
                == "Provider  Status    Uptime  Avg Latency  Error Rate         Cost Today"
        )
        #expect(
            lines[1] == "groq      degraded   70.0%       1.5 ms       30.0%  $0.02 + 1 unknown"
        )
        #expect(
            lines[2] == "ollama    unknown        –            –           –                 $0"
        )
        #expect(!status.text.contains("Circuit breakers"))
    }

    @Test func `the breakers that are not closed have a section`() {
        var course = EventScript()
        course.applyPolicy()
        Self.attempt(&course, .serverError, count: 5)
        let state = course.state()
        let text = { (seconds: Int64) in
            ProviderStatus(state, at: course.now + .seconds(seconds)).text
        }
        #expect(text(0).contains("groq      open        5/5  2026-11-21T09:30:30.000000Z\n"))
        #expect(text(30).contains("groq      half-open       5/5  now\n"))
        course.now = course.now + .seconds(31)
        course.receive()
        course.start()
        let probing = ProviderStatus(course.state(), at: course.now).text
        #expect(probing.contains("groq      half-open       5/5  probing\n"))
    }

    @Test func `a model's own breaker stands under its name, and its provider is degraded`() throws
    {
        var course = EventScript()
        course.applyPolicy()
        for _ in 0..<5 {
            Self.attempt(&course, .serverError)
            Self.attempt(&course, model: "gemma")
        }
        let status = ProviderStatus(course.state(), at: course.now)
        #expect(status.rows[0].condition == .degraded)
        #expect(
            status.text.contains("groq:llama  open        5/5  2026-11-21T09:30:30.000000Z\n")
        )
        #expect(status.text.contains("groq's llama failed 5 times in a row and is on cooldown"))
        struct Document: Decodable {
            struct Provider: Decodable {
                var breaker: String
                var model_breakers: [[String: Value]]
            }
            enum Value: Decodable, Equatable {
                case text(String), count(Int)
                init(from decoder: any Decoder) throws {
                    let value = try decoder.singleValueContainer()
                    self =
                        try (try? value.decode(Int.self)).map(Self.count)
                        ?? .text(value.decode(String.self))
                }
            }
            var providers: [Provider]
        }
        #expect(try FoundationJSON.again(status.json, isIndented: true) == status.json)
        let document = try JSONDecoder().decode(Document.self, from: Data(status.json.utf8))
        #expect(document.providers[0].breaker == "closed")
        #expect(
            document.providers[0].model_breakers == [
                [
                    "model": .text("llama"), "breaker": .text("open"),
                    "breaker_open_until": .text("2026-11-21T09:30:30.000000Z"),
                    "consecutive_failures": .count(5),
                ]
            ]
        )
    }

    @Test func `the rows are by priority, equal ones in the order of the configuration`() {
        var course = EventScript()
        var applied = PolicyApplied()
        applied.policy.providers = [("c", 2), ("a", 3), ("d", 1), ("b", 2)].map { name, priority in
            var provider = ProviderPolicy()
            provider.name = name
            provider.priority = priority
            provider.type = "groq"
            provider.models = ["m1", "m2", "m3", "m4", "m5"]
            return provider
        }
        course.append(.policyApplied(applied))
        let status = ProviderStatus(course.state(), at: course.now)
        #expect(status.rows.map(\.provider.name) == ["d", "c", "b", "a"])
        #expect(
            status.list.contains(
                "1  d         groq  hosted  m1 (first by name)  m1, m2, m3, m4, … (5)"
            )
        )
    }

    @Test func `without a provider the text says so`() {
        let status = ProviderStatus(RouterState(), at: EventScript.morning)
        #expect(status.text == "no provider is configured\n")
        #expect(status.list == "no provider is configured\n")
        #expect(status.recentFailures == "")
    }

    @Test func `recent failures are listed newest first`() {
        let status = Self.status { course in
            Self.attempt(&course, .serverError)
            course.now = course.now + .seconds(59)
            Self.probe(&course, .connectTimeout)
        }
        let lines = status.recentFailures.split(separator: "\n").map(String.init)
        #expect(lines[0] == "Recent failures")
        #expect(lines[2].contains("09:31:00  groq      (probe)  connect timeout"))
        #expect(lines[3].contains("llama    server error     it said server error"))
    }

    @Test func `the JSON has the same numbers`() throws {
        struct Document: Decodable {
            struct Held: Decodable {
                var model: String
                var until: String
            }
            struct Provider: Decodable {
                var name: String
                var status: String
                var local: Bool
                var availability: Double?
                var error_rate: Double?
                var mean_latency_us: Int?
                var breaker: String
                var held_models: [Held]
                var cost_today_nanodollars: Int64
                var recent_failures: [[String: String]]
            }
            var time: String
            var providers: [Provider]
        }
        let status = Self.status { course in
            Self.attempt(&course, count: 7)
            Self.attempt(&course, .serverError, count: 3)
            Self.attempt(&course, .rateLimited)
        }
        #expect(try FoundationJSON.again(status.json, isIndented: true) == status.json)
        let data = Data(status.json.utf8)
        let document = try JSONDecoder().decode(Document.self, from: data)
        #expect(document.time == "2026-11-21T09:30:00.000000Z")
        #expect(document.providers.map(\.name) == ["groq", "ollama"])
        let groq = document.providers[0]
        #expect(groq.status == "degraded")
        #expect(groq.availability == 0.7)
        #expect(groq.error_rate == 0.3)
        #expect(groq.mean_latency_us == 1_500)
        #expect(groq.breaker == "closed")
        #expect(groq.held_models.map(\.model) == ["llama"])
        #expect(groq.held_models.map(\.until) == ["2026-11-21T09:30:10.000000Z"])
        #expect(groq.cost_today_nanodollars == 22_000_000)
        #expect(groq.recent_failures.first?["failure"] == "rate limited")
        #expect(document.providers[1].local)
        #expect(document.providers[1].availability == nil)
    }
}
