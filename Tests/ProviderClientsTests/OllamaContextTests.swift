import Testing

@testable import ProviderClients

@Suite("Ollama's context")
struct OllamaContextTests {
    private let minute: Int64 = 60_000_000

    private func tokens(
        _ context: OllamaContext,
        _ bytes: Int,
        answer: Int? = nil,
        images: Bool = false,
        window: Int? = nil,
        at now: Int64 = 0
    ) -> Int {
        context.tokens(
            for: "m",
            promptBytes: bytes,
            hasImages: images,
            answerLimit: answer,
            window: window,
            now: now
        )
    }

    @Test func `it is one of few sizes that prompt and a usual answer fit into`() {
        #expect(tokens(OllamaContext(), 10) == 8_192)
        #expect(tokens(OllamaContext(), 8_192) == 8_192)
        #expect(tokens(OllamaContext(), 8_194) == 12_288)
        #expect(tokens(OllamaContext(), 16_386) == 16_384)
        #expect(tokens(OllamaContext(), 8_194, answer: 100) == 8_192)
        #expect(tokens(OllamaContext(), 10_000, answer: 2_000, images: true) == 12_288)
        // Claude Code's first request: 79 KB, and 32,000 tokens for the answer.
        #expect(tokens(OllamaContext(), 79_000, answer: 32_000) == 49_152)
        #expect(tokens(OllamaContext(), 79_000, answer: 128_000) == 49_152)
        #expect(tokens(OllamaContext(), .max / 4) == 1 << 30)
    }

    @Test func `it stops at the model's window`() {
        #expect(tokens(OllamaContext(), 1_000_000, window: 40_960) == 40_960)
        #expect(tokens(OllamaContext(), 10, window: 2_048) == 2_048)
    }

    @Test func `a larger one stays while Ollama keeps the model, and no longer`() {
        let context = OllamaContext()
        #expect(tokens(context, 110_000) == 65_536)
        #expect(tokens(context, 10, at: 4 * minute) == 65_536)
        #expect(tokens(context, 10, at: 5 * minute) == 8_192)
        #expect(tokens(context, 10, at: 6 * minute) == 8_192)
        #expect(tokens(context, 110_000, at: 7 * minute) == 65_536)
    }
}
