import Events
import Foundation
import JSONBytes
import Testing

@testable import Providers

/// What one answer of a provider may have, whatever it consists of.
@Suite("Limits of streams")
struct StreamLimitTests {
    private let delta = #"data: {"choices":[{"delta":{"content":"a"}}]}"# + "\n\n"

    private func stream(
        _ request: ClientRequest,
        from family: WireFamily = .openai
    ) -> AnswerStream {
        AnswerStream(from: ProviderDialect(family), for: request, as: identity)
    }

    /// Feeds a stream with the same bytes until it fails, at most so often.
    private func failure(
        of stream: AnswerStream,
        after start: String = "",
        feeding text: String,
        times: Int,
        held: Int = 2 * AnswerStream.silenceLimit
    ) -> FailureKind? {
        var stream = stream
        var output: [UInt8] = []
        let bytes = [UInt8](text)
        do throws(ProviderFailure) {
            try stream.consume([UInt8](start), into: &output)
            for _ in 0..<times {
                try stream.consume(bytes, into: &output)
                output.removeAll(keepingCapacity: true)
                #expect(stream.heldByteCount < held + 2 * bytes.count)
            }
            return nil
        } catch {
            return error.kind
        }
    }

    @Test(arguments: [": ", "event: ", "id: ", "", "x", "event: a\n: "], [true, false])
    func `a line that is no data and never ends is no answer`(
        beginning: String,
        isBegun: Bool
    ) throws {
        let failure = failure(
            of: stream(try openAIRequest(#""stream":true"#)),
            after: (isBegun ? delta : "") + beginning,
            feeding: String(repeating: "x", count: 1_000),
            times: 100
        )
        #expect(failure == .invalidResponse)
    }

    @Test(arguments: [": x\n", "event: x\n", "\u{FEFF}: x\n", "retry: 1\r\n"])
    func `an event of comments that never ends is no answer`(line: String) throws {
        let failure = failure(
            of: stream(try openAIRequest(#""stream":true"#)),
            feeding: String(repeating: line, count: 100),
            times: 1_000
        )
        #expect(failure == .invalidResponse)
    }

    @Test func `comments that end pass for ever once there is content`() throws {
        let failure = failure(
            of: stream(try openAIRequest(#""stream":true"#)),
            after: delta,
            feeding: String(repeating: ": x\n\n", count: 100),
            times: 1_000
        )
        #expect(failure == nil)
    }

    @Test func `a long event is an answer, however it was cut`() throws {
        let text = String(repeating: "x", count: 300_000)
        let event = #"data: {"choices":[{"delta":{"content":"\#(text)"}}]}"#
        for lines in [event + "\n\n", ": comment\nevent: x\n" + event + "\n\n"] {
            var stream = stream(try openAIRequest(#""stream":true"#))
            var output: [UInt8] = []
            let bytes = [UInt8](lines)
            for start in stride(from: 0, to: bytes.count, by: 7_000) {
                let piece = bytes[start..<min(start + 7_000, bytes.count)]
                try stream.consume(Array(piece), into: &output)
            }
            #expect(stream.hasContent)
            #expect(output == bytes)
        }
    }

    @Test func `an event of data lines without end is no answer`() throws {
        let failure = failure(
            of: stream(try openAIRequest(#""stream":true"#)),
            feeding: String(repeating: "data\n", count: 1_000),
            times: 100,
            held: 5 * AnswerStream.dataLineLimit
        )
        #expect(failure == .invalidResponse)
    }

    /// Each of them makes a translation remember something of its own.
    @Test(
        arguments: [
            #"{"tool_calls":[{"index":N,"function":{"name":"f"}}]}"#,
            #"{"tool_calls":[{"index":N,"function":{"arguments":"x"}}]}"#,
            #"{"tool_calls":[{"id":"N","function":{"arguments":"x"}}]}"#,
        ],
        [WireFamily.openai]
    )
    func `calls without end are no answer`(delta: String, client: WireFamily) throws {
        let request =
            client == .openai
            ? try openAIRequest(#""stream":true"#) : try anthropicRequest(#""stream":true"#)
        var stream = stream(request)
        var output: [UInt8] = []
        var kind: FailureKind?
        var count = 0
        do throws(ProviderFailure) {
            try stream.consume([UInt8](self.delta), into: &output)
            while count <= 3 * AnswerTally.blockLimit {
                count += 1
                let text = delta.replacing("N", with: "\(count)")
                try stream.consume(
                    [UInt8](#"data: {"choices":[{"delta":\#(text)}]}"# + "\n\n"),
                    into: &output
                )
                output.removeAll(keepingCapacity: true)
            }
        } catch {
            kind = error.kind
        }
        #expect(kind == .invalidResponse)
        #expect(count > 4_000, "an agent's calls are far fewer")
    }

    @Test func `an answer has so much text at most, and so many parts`() throws {
        let piece = JSONSlice.string(of: [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20))
        var tally = AnswerTally(of: try openAIRequest())
        for _ in 0..<64 { tally.add(.text(piece)) }
        try tally.checkLimits()
        tally.add(.reasoning(piece))
        #expect(throws: ProviderFailure.self) { try tally.checkLimits() }

        var turns = AnswerTally(of: try openAIRequest())
        let letter = JSONSlice.string(of: [UInt8](repeating: UInt8(ascii: "x"), count: 1))
        for _ in 0..<100_000 { turns.add(.text(letter)) }
        try turns.checkLimits()
        for _ in 0..<AnswerTally.blockLimit {
            turns.add(.reasoning(letter))
            turns.add(.text(letter))
        }
        #expect(throws: ProviderFailure.self) { try turns.checkLimits() }

        // Of bytes that pass nothing is kept: of several answers one may think while another one writes.
        var passed = AnswerTally(of: try openAIRequest(), passes: true)
        for _ in 0..<2 * AnswerTally.blockLimit {
            passed.add(.reasoning(letter))
            passed.add(.text(letter))
        }
        try passed.checkLimits()

        var calls = AnswerTally(of: try openAIRequest())
        for index in 0..<64 { calls.add(.toolCall(index: index, ToolCallStart(id: piece))) }
        try calls.checkLimits()
        calls.add(.toolCall(index: 64, ToolCallStart(id: piece)))
        #expect(throws: ProviderFailure.self) { try calls.checkLimits() }
    }
}
