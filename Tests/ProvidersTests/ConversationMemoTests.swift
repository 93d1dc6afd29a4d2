import Events
import Testing

@testable import Providers

/// What is kept of a request once it was read.
struct ConversationMemoTests {
    @Test func `it is read once, and after it is forgotten each time`() throws {
        let memo = ConversationMemo()
        var readings = 0
        func read() throws -> Int {
            _ = try memo.conversation { () throws(RequestError) in
                readings += 1
                return Conversation()
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
        let request = try ClientRequest(api: .chatCompletions, body: [UInt8](text.utf8))
        let said = try request.upstreamBody(for: ProviderDialect(.anthropic), model: "m")
        request.forgetConversation()
        #expect(try request.upstreamBody(for: ProviderDialect(.anthropic), model: "m") == said)
        #expect(request.obstacles(to: .anthropic).isEmpty)
    }
}
