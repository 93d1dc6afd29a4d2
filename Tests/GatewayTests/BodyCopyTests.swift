import Events
import Testing
import WorkCounter

@testable import Providers
@testable import Upstream

/// How often the bytes of a long body are copied on their way to libcurl: once, into the block that it reads.
struct BodyCopyTests {
    private static let count = 1 << 20
    private static let text = String(repeating: "x", count: count)

    /// How often memory for all of a body is asked for while it is read, said and made ready to be sent.
    private func copies(
        _ request: () throws -> ClientRequest,
        to dialect: ProviderDialect,
        model: String = "other",
        options: BodyOptions = BodyOptions()
    ) throws -> (count: Int, sent: [UInt8]) {
        work_begin_above(Self.count)
        defer { _ = work_end() }
        let request = try request()
        let pieces = try request.upstreamPieces(for: dialect, model: model, options: options)
        let prepared = try PreparedRequest(
            UpstreamRequest(
                method: "POST",
                url: "http://127.0.0.1/",
                body: pieces,
                pool: .local("test")
            )
        )
        let large = Int(work_end().large)
        // SAFETY: the block lives as long as what was prepared.
        let sent = withExtendedLifetime(prepared) { unsafe Array(prepared.body) }
        return (large, sent)
    }

    private static let chat =
        #"{"model":"m","stream":true,"messages":[{"role":"user","content":"\#(text)"}]}"#

    @Test func `a chat that passes is copied once`() throws {
        let body = Array(Self.chat.utf8)
        let (count, sent) = try copies(
            { try ClientRequest(api: .chatCompletions, body: body) },
            to: ProviderDialect(.openai),
            options: BodyOptions(outputLimit: 9)
        )
        #expect(count == 1)
        let head = Self.chat.dropLast().replacing(#""m""#, with: #""other""#)
        let usage = #""stream_options":{"include_usage":true}"#
        #expect(sent == Array(#"\#(head),"max_tokens":9,\#(usage)}"#.utf8))
    }

    @Test func `a message that loses our thinking is copied once`() throws {
        let thought = #"{"type":"thinking","thinking":"a","signature":""}"#
        let said = #"{"type":"text","text":"\#(Self.text)"}"#
        func message(_ blocks: String) -> String {
            #"{"model":"m","max_tokens":9,"messages":[{"role":"assistant","content":[\#(blocks)]}]}"#
        }
        let body = Array(message(thought + "," + said).utf8)
        let (count, sent) = try copies(
            { try ClientRequest(api: .messages, body: body) },
            to: ProviderDialect(.anthropic),
            model: "m"
        )
        #expect(count == 1)
        #expect(sent == Array(message(said).utf8))
    }

    @Test func `a form that passes is copied once`() throws {
        func form(_ model: String) -> String {
            "--b\r\ncontent-disposition: form-data; name=\"model\"\r\n\r\n\(model)\r\n"
                + "--b\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\n\(Self.text)\r\n--b--\r\n"
        }
        let path = "/v1/audio/transcriptions"
        let passage = try #require(Passage(method: "POST", path: path, query: nil))
        let body = Array(form("m").utf8)
        let (count, sent) = try copies(
            {
                try ClientRequest(api: passage.api, body: body, passage: passage) { _ in
                    "multipart/form-data; boundary=b"
                }
            },
            to: ProviderDialect(.openai)
        )
        #expect(count == 1)
        #expect(sent == Array(form("other").utf8))
    }

    @Test func `a response that passes is copied once`() throws {
        let body = Array(#"{"model":"m","input":"\#(Self.text)"}"#.utf8)
        let (count, sent) = try copies(
            { try ClientRequest(api: .responses, body: body) },
            to: ProviderDialect(.openai, takesResponses: true)
        )
        #expect(count == 1)
        #expect(sent.starts(with: Array(#"{"model":"other","input":"x"#.utf8)))
    }
}
