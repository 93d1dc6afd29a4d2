public import Events
import JSONBytes
import Simulation
import Upstream

/// Sends a plan's requests to a gateway over real HTTP, and judges the answers.
public struct DemoTraffic: Sendable {
    /// What came of the requests, by number.
    public struct Tally: Sendable {
        /// Those that have an answer.
        public internal(set) var answered = 0
        /// Those that the gateway refused, with a status of 4xx.
        public internal(set) var refused = 0
        /// Those that no provider answered.
        public internal(set) var failed = 0
        /// Those whose answer's quality is known, and was sent as feedback.
        public internal(set) var judged = 0
        /// What the outcome table records for the answers that were given; `nil` where there is no
        /// table, or one of them has no cost in it.
        public internal(set) var recordedCost: Nanodollars? = .zero
    }

    /// Requests under way at once, as from a small team.
    private static let concurrency = 8
    /// The bytes of an answer that are read; the demo's are small.
    private static let answerLimit = 1 << 20

    let plan: DemoPlan
    let address: String
    let client: UpstreamClient

    /// Sends everything.
    ///
    /// - Parameter progress: called with the number of requests that are over, and of all.
    /// - Returns: what came of them.
    /// - Throws: what the transport throws, and `DemoError` where feedback is refused.
    func run(_ progress: (_ done: Int, _ all: Int) -> Void) async throws -> Tally {
        var tally = Tally()
        var done = 0
        try await withThrowingTaskGroup(of: Reply.self) { group in
            var asks = plan.asks.makeIterator()
            for _ in 0..<Self.concurrency {
                if let ask = asks.next() { group.addTask { try await send(ask) } }
            }
            for try await reply in group {
                if let ask = asks.next() { group.addTask { try await send(ask) } }
                done += 1
                switch reply.status {
                case 200: tally.answered += 1
                case 400..<500: tally.refused += 1
                default: tally.failed += 1
                }
                if reply.isJudged { tally.judged += 1 }
                tally.recordedCost = tally.recordedCost.flatMap { sum in
                    reply.recordedCost.map { sum + $0 }
                }
                progress(done, plan.asks.count)
            }
        }
        return tally
    }

    private struct Reply: Sendable {
        var status: Int
        var isJudged = false
        var recordedCost: Nanodollars? = .zero
    }

    /// Sends one request, reads the whole answer, and sends feedback where its quality is known.
    private func send(_ ask: DemoPlan.Ask) async throws -> Reply {
        let exchange = client.start(
            post(
                ask.isAnthropic ? "/v1/messages" : "/v1/chat/completions",
                body: body(of: ask),
                headers: [ask.hint]
            )
        )
        let head = try await exchange.head()
        _ = try await exchange.collect(limit: Self.answerLimit)
        var reply = Reply(status: head.status)
        if head.status == 200 {
            let model = head.headers["x-logway-model"] ?? ""
            reply.recordedCost = ask.row?.outcomes[model]?.cost
        }
        if head.status == 200, let id = head.headers["x-logway-request-id"],
            let model = head.headers["x-logway-model"], let score = plan.score(ask, model)
        {
            try await judge(id, score: score)
            reply.isJudged = true
        }
        return reply
    }

    private func judge(_ id: String, score: Double) async throws {
        var writer = JSONWriter()
        writer.object { root in
            root.member("request_id", id)
            root.name("score")
            root.write(valid: "\(score)".utf8)
            root.member("source", "demo")
        }
        let exchange = client.start(post("/v1/feedback", body: writer.bytes))
        let head = try await exchange.head()
        let answer = try await exchange.collect(limit: Self.answerLimit)
        guard head.status == 200 else {
            throw DemoError(
                "feedback on \(id) was refused: \(String(decoding: answer, as: UTF8.self))"
            )
        }
    }

    private func body(of ask: DemoPlan.Ask) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { root in
            root.member("model", ask.model)
            root.member("max_tokens", 400)
            if ask.isStreamed { root.member("stream", true) }
            root.array("messages") { messages in
                messages.object { message in
                    message.member("role", "user")
                    message.member("content", ask.prompt)
                }
            }
        }
        return writer.bytes
    }

    private func post(
        _ path: String,
        body: [UInt8],
        headers: [(name: String, value: String)] = []
    ) -> UpstreamRequest {
        UpstreamRequest(
            method: "POST",
            url: address + path,
            headers: [(name: "content-type", value: "application/json")] + headers,
            body: body,
            pool: .hosted("gateway")
        )
    }
}
