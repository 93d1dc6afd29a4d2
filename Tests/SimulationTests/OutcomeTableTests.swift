import Events
import Foundation
import Settings
import Simulation
import Testing

@Suite("Outcome tables")
struct OutcomeTableTests {
    static let line = #"""
        {"id": "g-1", "dataset": "gsm8k", "domain": "school", "prompt": "How many?", "outcomes": {"cheap": {"quality": 0, "input_tokens": 86, "output_tokens": 148, "cost_usd": 5.616e-05, "answer": "About \"three\" trees"}, "strong": {"quality": 1, "input_tokens": 86, "output_tokens": 1}}}
        """#

    /// The table in a file with this text.
    func table(_ text: String, limit: Int? = nil) throws -> OutcomeTable {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try OutcomeTable(file: file.path, limit: limit)
    }

    @Test(arguments: ["\n", "", "\n\n  \n"])
    func `rows are read with all that they hold, empty lines skipped`(end: String) throws {
        let table = try table(Self.line + end)
        #expect(table.models == ["cheap", "strong"])
        let row = try #require(table.row(prompt: "How many?"))
        #expect(row.id == "g-1" && row.dataset == "gsm8k" && row.domain == "school")
        #expect(row.outcomes["cheap"]?.cost == Nanodollars(56_160))
        #expect(
            row.outcomes["strong"] == RecordedOutcome(quality: 1, inputTokens: 86, outputTokens: 1)
        )
        #expect(table.row(prompt: "How much?") == nil)
    }

    @Test
    func `a limit reads no further, so a mistake after it does not matter`() throws {
        #expect(try table(Self.line + "\n{", limit: 1).rows.count == 1)
    }

    @Test(arguments: [
        ("{", "the line is not a JSON object"), ("[1]", "wrong type"),
        (#"{"id": "a", "outcomes": {}}"#, "`prompt` is missing"),
        (#"{"id": 1, "prompt": "p", "outcomes": {}}"#, "the value of `id` has the wrong type"),
        (
            #"{"id": "a", "prompt": "p", "outcomes": {"m": {"quality": 2, "input_tokens": 1, "output_tokens": 1}}}"#,
            "must be from 0 to 1"
        ),
        (
            #"{"id": "a", "prompt": "p", "outcomes": {"m": {"quality": 1, "input_tokens": -1, "output_tokens": 1}}}"#,
            "can't be negative"
        ),
    ])
    func `a broken line is named by its number and what is wrong`(
        line: String,
        reason: String
    ) throws {
        do {
            _ = try table(Self.line + "\n\n" + line + "\n")
            Issue.record("the line was accepted")
        } catch SimulationError.invalidOutcome(_, let number, let found) {
            #expect(number == 3)
            #expect(found.contains(reason), "\(found)")
        }
    }

    @Test
    func `a file that is missing or empty says so`() throws {
        #expect(throws: SimulationError.self) { try OutcomeTable(file: "/nowhere.jsonl") }
        #expect(throws: SimulationError.self) { try table("\n\n") }
    }

    @Test
    func `a known prompt is answered as recorded, with the recorded counts`() async throws {
        let outcomes = try table(Self.line)
        try await withServer(
            outcomes: outcomes,
            {
                $0.models[0].outcomeModel = "cheap"
                $0.models.append(SimulatedModel(name: "strong"))
            }
        ) { client in
            let cheap = try await client.chat("How many?")
            #expect(try text(of: cheap) == #"About "three" trees"#)
            let usage = try #require(cheap.json()["usage"] as? [String: Any])
            #expect(usage["prompt_tokens"] as? Int == 86)
            #expect(usage["completion_tokens"] as? Int == 148)
            let streamed = try await client.chat("How many?", ["stream": true])
            #expect(try text(of: streamed, streamed: true) == #"About "three" trees"#)
            let strong = try await client.chat("How many?", model: "strong")
            #expect(try text(of: strong).contains("quality 1"))
            #expect(try await text(of: client.chat("Else?")).hasPrefix("This is a simulated"))
        }
    }

    @Test
    func `a recorded answer is cut at the request's limit`() async throws {
        try await withServer(
            outcomes: try table(Self.line),
            { $0.models[0].outcomeModel = "cheap" }
        ) { client in
            let reply = try await client.chat("How many?", ["max_tokens": 100])
            #expect(try text(of: reply) == #"About "three""#)
            #expect(reply.body.contains(#""completion_tokens":100"#))
            #expect(reply.body.contains(#""finish_reason":"length""#))
        }
    }

    static let shared = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "shared/data/gsm8k.dev.jsonl").path

    @Test(.enabled(if: FileManager.default.fileExists(atPath: shared), "no shared data here"))
    func `the shared table is read whole`() throws {
        let table = try OutcomeTable(file: Self.shared)
        #expect(table.rows.count == 630)
        #expect(table.models == ["gpt-4-1106-preview", "mixtral-8x7b-instruct"])
    }
}
