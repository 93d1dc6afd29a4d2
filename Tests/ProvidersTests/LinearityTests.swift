import Events
import JSONBytes
import Testing
import WorkCounter

@testable import Providers

/// The work on a request or an answer grows as its length does, whatever of it there is much of.
///
/// Work is counted, not timed: how often memory is asked for, bytes are moved or compared, how many bytes
/// that is, and the bytes of JSON that are looked at. Where twice as many cost twice as much, four
/// times as many cost twice as much more as that did; where the work goes by the square, four times as much.
struct LinearityTests {
    private struct Work {
        var steps: Int
        var bytes: Int

        static func + (one: Work, other: Work) -> Work {
            Work(steps: one.steps + other.steps, bytes: one.bytes + other.bytes)
        }

        static func / (work: Work, count: Int) -> Work {
            Work(steps: work.steps / count, bytes: work.bytes / count)
        }
    }

    /// What twice as many more may cost, against the step before: linear work makes it 2, buffers that
    /// double as they grow somewhat more, and the square 4.
    private static let bound = 3.0
    /// What is too little to tell: some buffers' doubling, some lists'.
    private static let least = (steps: 64, bytes: 16 << 10)
    private static let count = 200
    /// How often work is counted whose first count is over the bound.
    private static let repeats = 9

    private func work(_ body: () throws -> Void) rethrows -> Work {
        let tally = ScanTally()
        work_begin()
        defer { _ = work_end() }
        try ScanTally.$current.withValue(tally) { try body() }
        let count = work_end()
        return Work(steps: Int(count.steps), bytes: Int(count.bytes) + tally.bytes)
    }

    private func expectLinear(_ name: String, _ body: (Int) throws -> Work) throws {
        // What is made once is made before.
        _ = try body(1)
        let sizes = [1, 2, 4].map { $0 * Self.count }
        var works = try sizes.map(body)
        #expect(works[0].bytes < works[1].bytes, "\(name) does no work that is counted")
        // A hash table is seeded again by the process and by its place in memory, and keys that meet in it are
        // compared: some of a count is luck, by which one in many thousands is over the bound. The mean of
        // several has none; work that goes by the square stays there.
        if !Self.excesses(works).isEmpty {
            for _ in 1..<Self.repeats {
                works = try zip(works, sizes).map { sum, size in sum + (try body(size)) }
            }
            works = works.map { $0 / Self.repeats }
        }
        for (kind, costs) in Self.excesses(works) {
            Issue.record("\(name): \(kind) go \(costs)")
        }
    }

    /// Which of the counts go faster than the length.
    private static func excesses(_ works: [Work]) -> [(kind: String, costs: [Int])] {
        [
            ("steps", works.map(\.steps), least.steps),
            ("bytes", works.map(\.bytes), least.bytes),
        ].compactMap { kind, costs, least in
            let (first, second) = (costs[1] - costs[0], costs[2] - costs[1])
            return Double(second) <= bound * Double(max(first, least)) ? nil : (kind, costs)
        }
    }

    @Test func `what goes by the square is over the bound, and what has bad luck once is not`()
        throws
    {
        let square = Self.excesses([200, 400, 800].map { Work(steps: $0 * $0, bytes: $0) })
        #expect(square.map(\.kind) == ["steps"])
        #expect(Self.excesses([200, 400, 800].map { Work(steps: $0 * 5, bytes: $0) }).isEmpty)
        // As counted once of the names in `metadata`, where a thousand, two and three are usual.
        let unlucky = [1168, 1521, 3164]
        var runs = 0
        try expectLinear("bad luck once") { size in
            runs += 1
            let index = [200: 0, 400: 1, 800: 2][size] ?? 0
            let steps = runs <= 4 ? unlucky[index] : [1010, 1873, 3208][index]
            return Work(steps: steps, bytes: size)
        }
        #expect(runs == 1 + 3 * Self.repeats)
    }

    @Test(arguments: GrowingRequest.all)
    func `a request is read and translated in steps by its length`(
        growing: GrowingRequest
    ) throws {
        try expectLinear("\(growing)") { count in
            let bytes = [UInt8](growing.body(count))
            return try work {
                let request = try growing.request(bytes)
                _ = request.conversationStart
                _ = request.isAnswered
                for family in WireFamily.allCases {
                    _ = request.obstacles(to: family)
                    _ = request.droppedHints(to: family)
                }
            }
        }
        for dialect in GrowingRequest.dialects {
            let request = try growing.request([UInt8](growing.body(1)))
            guard growing.isSaid(in: dialect, request) else { continue }
            try expectLinear("\(growing) to \(dialect)") { count in
                let request = try growing.request([UInt8](growing.body(count)))
                return try work {
                    _ = try request.upstreamBody(for: dialect, model: "m") { _ in nil }
                    if !request.api.isPassedOnly { _ = request.restoration(from: dialect) }
                }
            }
        }
    }

    @Test(arguments: GrowingAnswer.streams)
    func `a stream is read and translated in steps by its length`(
        growing: GrowingAnswer
    ) throws {
        let isResponses = growing.upstream.takesResponses
        for request in try GrowingRequest.askers(streamed: true)
        where !isResponses || request.api == .responses {
            try expectLinear("\(growing) to \(request.api)") { count in
                let pieces = growing.pieces(count).map { [UInt8]($0) }
                return work {
                    var stream = AnswerStream(from: growing.upstream, for: request, as: identity)
                    var output: [UInt8] = []
                    do throws(ProviderFailure) {
                        for piece in pieces {
                            try stream.consume(piece, into: &output)
                            _ = stream.takeSignatures()
                        }
                        try stream.finish(into: &output)
                        _ = stream.terminator()
                        _ = stream.response
                    } catch {
                        // What it comes to is another test's; what it costs counts as well.
                    }
                }
            }
        }
    }

    @Test(arguments: GrowingAnswer.streams)
    func `a whole answer is read and translated in steps by its length`(
        growing: GrowingAnswer
    ) throws {
        let isResponses = growing.upstream.takesResponses
        for request in try GrowingRequest.askers(streamed: false)
        where !isResponses || request.api == .responses {
            try expectLinear("\(growing) whole to \(request.api)") { count in
                let body = [UInt8](growing.pieces(count).joined())
                return work {
                    do throws(ProviderFailure) {
                        let upstream = growing.upstream
                        _ = try Answer(body: body, from: upstream, for: request, as: identity)
                    } catch {
                        // As above.
                    }
                }
            }
        }
    }
}

extension GrowingRequest {
    /// What providers may be spoken to in.
    static let dialects = WireFamily.allCases.map { ProviderDialect($0) }

    func request(_ body: [UInt8]) throws -> ClientRequest {
        let address = api == .generateContent ? ModelAddress(model: "gemini-x") : nil
        return try ClientRequest(api: api, body: body, address: address)
    }

    func isSaid(in dialect: ProviderDialect, _ request: ClientRequest) -> Bool {
        request.api.passes(to: dialect) || request.obstacles(to: dialect.family).isEmpty
    }

    /// A request of each API that answers are translated for, and those whose answers are restored.
    static func askers(streamed: Bool) throws -> [ClientRequest] {
        let hi =
            #""model":"m","stream":\#(streamed),"messages":[{"role":"user","content":"Hi"}]"#
        let tools =
            #""tools":[{"type":"function","function":{"name":"f","parameters":{}}},"#
            + #"{"type":"function","function":{"name":"g.h","parameters":{}}}],"#
            + #""tool_choice":"required","parallel_tool_calls":false"#
        return [
            try ClientRequest(api: .chatCompletions, body: [UInt8]("{\(hi)}")),
            try ClientRequest(api: .chatCompletions, body: [UInt8]("{\(hi),\(tools)}")),
            try ClientRequest(api: .messages, body: [UInt8]("{\(hi),\"max_tokens\":9}")),
            try ClientRequest(api: .ollamaChat, body: [UInt8]("{\(hi)}")),
            try ClientRequest(
                api: .responses,
                body: [UInt8](#"{"model":"m","stream":\#(streamed),"input":"Hi"}"#)
            ),
            try ClientRequest(
                api: .completions,
                body: [UInt8](#"{"model":"m","stream":\#(streamed),"prompt":"Hi"}"#)
            ),
            try ClientRequest(
                api: .generateContent,
                body: [UInt8](#"{"contents":[{"parts":[{"text":"Hi"}]}]}"#),
                address: ModelAddress(model: "gemini-x", stream: streamed ? .events : nil)
            ),
        ]
    }
}
