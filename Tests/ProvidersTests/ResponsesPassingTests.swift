import Events
import JSONBytes
import Testing

@testable import Providers

@Suite("Responses that go on as they are")
struct ResponsesPassingTests {
    private static let able = ProviderDialect(.openai, takesResponses: true)

    private func request(_ members: String) throws -> ClientRequest {
        try ClientRequest(api: .responses, body: [UInt8]("{\"model\":\"m\",\(members)}"))
    }

    private func sent(
        _ request: ClientRequest,
        limit: Int? = nil,
        asked: ResponseHolder? = nil
    ) throws -> String {
        var options = BodyOptions(outputLimit: limit)
        options.asked = asked
        return try request.upstreamBody(for: Self.able, model: "m", options: options).text
    }

    @Test func `keep every byte, spaces and what nobody knows included`() throws {
        let members = #" "input" : [{"type":"odd"}, 3],"odd":[1.50,"\u00e9"] "#
        #expect(try sent(request(members)) == "{\"model\":\"m\",\(members)}")
    }

    @Test func `are limited under the name of their API`() throws {
        #expect(try sent(request(#""input":"a""#), limit: 9).contains(#""max_output_tokens":9"#))
        let own = try request(#""input":"a","max_output_tokens":90"#)
        #expect(try sent(own, limit: 9).contains("90"))
    }

    @Test func `lose encrypted texts that another one gave`() throws {
        let items = #""input":[{"type":"reasoning","encrypted_content":"abc"},{"role":"user"}]"#
        var request = try request(items)
        let print = try #require(request.links.encrypted.first)
        #expect(print == HeldText.fingerprint([UInt8]("abc")))
        request.links.holders[print] = ResponseHolder(provider: "p", key: 1)
        let holder = ResponseHolder(provider: "p", key: 1)
        #expect(try sent(request, asked: holder).contains("abc"))
        let other = ResponseHolder(provider: "p", key: 0)
        #expect(try sent(request, asked: other) == #"{"model":"m","input":[{"role":"user"}]}"#)
    }

    @Test func `have the whole conversation where its holder isn't asked`() throws {
        var request = try request(#""previous_response_id":"r","input":"b""#)
            .expanded(by: [[UInt8](#"{"role":"user","content":"a"}"#)], upTo: 1_000) { _ in nil }
        let holder = ResponseHolder(provider: "p", key: 0)
        request.links.previous = holder
        #expect(
            try sent(request, asked: holder)
                == #"{"model":"m","previous_response_id":"r","input":"b"}"#
        )
        let other = try sent(request, asked: ResponseHolder(provider: "q", key: 0))
        #expect(!other.contains("previous_response_id"))
        #expect(other.contains(#""content":"a""#) && other.contains(#""content":"b""#))
    }

    @Test func `end in an event that tells everything`() throws {
        let events = [
            #"{"type":"response.created","response":{"id":"r","model":"m2"}}"#,
            #"{"type":"response.output_text.delta","delta":"four"}"#,
            #"{"type":"response.output_item.done","item":{"type":"reasoning","encrypted_content":"x"}}"#,
            #"{"type":"response.completed","response":{"id":"r","model":"m2","status":"completed","#
                + #""output":[],"usage":{"input_tokens":10,"output_tokens":5,"#
                + #""input_tokens_details":{"cached_tokens":4}}}}"#,
        ]
        let text = events.map { "data: \($0)\n\n" }.joined()
        // Cut at every byte.
        for cut in 0...text.utf8.count {
            var stream = AnswerStream(
                from: Self.able,
                for: try request(#""input":"a","stream":true"#),
                as: AnswerIdentity(requestID: "q", model: "m", created: Timestamp(microseconds: 0))
            )
            var output: [UInt8] = []
            try stream.consume(Array(text.utf8.prefix(cut)), into: &output)
            try stream.consume(Array(text.utf8.dropFirst(cut)), into: &output)
            #expect(stream.isComplete)
            #expect(output + stream.terminator() == [UInt8](text))
            #expect(stream.usage.input == 6 && stream.usage.cachedInput == 4)
            #expect(stream.model == "m2")
            #expect(stream.finishReason == "stop")
            #expect(stream.heldThere.count == 2)
            #expect(stream.response?.isEmpty == false)
        }
    }
}
