import Events
import JSONBytes
import Testing

@testable import Providers

/// What is kept of a request once it was read.
struct ReadingMemoTests {
    private static let text =
        #"{"model":"m","n":2,"odd":1,"tools":[{"type":"function","function":{"name":"a.b"}}],"#
        + #""messages":[{"role":"user","content":[{"type":"text","text":"a"}]}]}"#

    private func request(_ text: String = Self.text) throws -> ClientRequest {
        try ClientRequest(api: .chatCompletions, body: [UInt8](text.utf8))
    }

    private func readings(_ body: () throws -> Void) rethrows -> Int {
        let tally = ReadingTally()
        try ReadingTally.$current.withValue(tally) { try body() }
        return tally.readings
    }

    @Test func `it is read once, and after it is forgotten each time`() throws {
        let memo = ReadingMemo()
        var readings = 0
        func read() throws -> Int {
            _ = try memo.reading { () throws(RequestError) in
                readings += 1
                return .conversation(Conversation())
            }
            return readings
        }
        #expect(try [read(), read()] == [1, 1])
        memo.forget()
        #expect(try [read(), read()] == [2, 3])
    }

    @Test func `a forgotten request is said in the same words`() throws {
        let text =
            #"{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"a"}]}]}"#
        let request = try request(text)
        let said = try request.upstreamBody(for: ProviderDialect(.anthropic), model: "m")
        request.forgetReading()
        #expect(try request.upstreamBody(for: ProviderDialect(.anthropic), model: "m") == said)
        #expect(request.obstacles(to: .anthropic).isEmpty)
    }

    @Test func `what families lose stays when it is forgotten`() throws {
        let request = try request()
        func losses() -> [[String]] {
            WireFamily.allCases.flatMap {
                [request.obstacles(to: $0), request.droppedHints(to: $0)]
            }
        }
        var (before, after): ([[String]], [[String]]) = ([], [])
        let first = readings { before = losses() }
        #expect(before.joined().contains("n") && before.joined().contains("odd"))
        request.forgetReading()
        let second = readings { after = losses() }
        #expect(after == before)
        #expect([first, second] == [1, 0])
    }

    @Test func `what families lose is found again where it is too much to keep`() throws {
        let odd = (0...ReadingMemo.lossLimit).map { #""odd\#($0)":1,"# }.joined()
        let request = try request("{" + odd + Self.text.dropFirst())
        let before = request.droppedHints(to: .anthropic)
        #expect(before.count > ReadingMemo.lossLimit)
        request.forgetReading()
        var after: [String] = []
        let count = readings { after = request.droppedHints(to: .anthropic) }
        #expect(after == before)
        #expect(count == 1)
    }

    @Test func `an answer needs no reading when its request was said`() throws {
        let text = Self.text.replacing(#""n":2,"#, with: "")
        let request = try request(text)
        let dialect = ProviderDialect(.anthropic)
        let count = try readings {
            _ = try request.upstreamBody(for: dialect, model: "m")
            request.forgetReading()
            #expect(request.restoration(from: dialect) != nil)
            _ = AnswerStream(from: dialect, for: request, as: identity)
        }
        #expect(count == 1)
    }

    @Test(arguments: [
        (ClientAPI.embeddings, #"{"model":"m","input":["a","b"]}"#, 1),
        (.ollamaEmbed, #"{"model":"m","input":"a"}"#, 1),
        // They are read to see how many texts there are.
        (.batchEmbedContents, #"{"requests":[{"content":{"parts":[{"text":"a"}]}}]}"#, 0),
    ])
    func `embeddings are read once for all families`(
        api: ClientAPI,
        text: String,
        count: Int
    ) throws {
        let found = try readings {
            let request = try ClientRequest(
                api: api,
                body: [UInt8](text.utf8),
                address: api.family == .gemini ? ModelAddress(model: "m") : nil
            )
            for family in WireFamily.allCases where family != .anthropic {
                #expect(request.obstacles(to: family).isEmpty)
                _ = request.droppedHints(to: family)
                _ = try request.upstreamBody(for: ProviderDialect(family), model: "m")
            }
        }
        #expect(found == count)
    }

    @Test func `room is held for as long as the reading`() throws {
        final class Room: Sendable {}
        let request = try request()
        weak var held: Room?
        do {
            let room = Room()
            held = room
            request.keepReading(holding: room)
        }
        #expect(held == nil, "nothing was read yet")
        _ = request.obstacles(to: .anthropic)
        do {
            let room = Room()
            held = room
            request.keepReading(holding: room)
        }
        #expect(held != nil && request.hasReading)
        request.forgetReading()
        #expect(held == nil && !request.hasReading)
    }
}
