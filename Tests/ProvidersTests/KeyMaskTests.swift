import Events
import Providers
import Testing

@Suite("Key mask")
struct KeyMaskTests {
    @Test(arguments: [
        ("key=sk-proj-abcdef1234.", "key=[key]."),
        (#"{"key":"sk-ant-api03-Zx81LmQ"}"#, #"{"key":"[key]"}"#),
        ("gsk_abcdef123,AIzaSyA12345", "[key],[key]"),
        ("it was sk-abc***wxyz", "it was [key]"),
        ("sk-abcdefghijklmnopqrstuvwxyz", "[key]"),
        ("two\n lines: ghp_a1b2c3", "two\n lines: [key]"),
    ])
    func `what looks like a key is masked wherever it stands`(text: String, masked: String) {
        #expect(Redaction().masked(text) == masked)
    }

    @Test(arguments: [
        "sk-estimator", "AIzawa-san", "risk-1234567", "sk-", "sk-12", "gsk_", "tgp_model", "é sk-ä",
        "",
    ])
    func `a word that begins like a key is none`(text: String) {
        #expect(Redaction().masked(text) == text)
    }

    @Test func `the provider's own key is masked whatever it looks like`() {
        let mask = Redaction(key: " corp.sk-abcdef123/x \n")
        #expect(mask.masked("'corp.sk-abcdef123/x' is bad") == "'[key]' is bad")
        #expect(mask.masked("corp.sk-abcdef123/x\u{301}") == "[key]\u{301}")
        #expect(Redaction(key: "ollama").masked("ollama is down") == "ollama is down")
    }

    /// A key at every place around the cut, of both kinds.
    @Test(arguments: ["sk-proj-0123456789abcdefghijklmnop", "corporate.gateway/7f3a"])
    func `no part of a key is left where a message is cut`(key: String) {
        for limit in [ProviderFailure.messageLimit, 8_192] {
            for start in (limit - key.count - 2)...(limit + 2) {
                let text = String(repeating: "w ", count: start).prefix(start) + " " + key + " end"
                let failure = ProviderFailure(.keyRejected, String(text))
                    .masked(by: Redaction(key: key))
                #expect(!failure.message.contains(key.prefix(4)))
                #expect(failure.message.count <= ProviderFailure.messageLimit)
            }
        }
        let spaced = String(repeating: " ", count: 8_180) + key + key
        let failure = ProviderFailure(.keyRejected, spaced).masked(by: Redaction(key: key))
        #expect(!failure.message.contains(key.prefix(4)))
    }

    @Test func `a page of text that is no JSON is masked before it is cut`() {
        let key = "sk-proj-0123456789abcdefghijklmnop"
        let page = String(repeating: " ", count: 1_190) + key
        let failure = ProviderFailure.classify(
            status: 500,
            headers: { _ in nil },
            body: [UInt8](page),
            family: .openai,
            now: FailureTests.now
        )
        #expect(failure.message == "[key]")
    }

    @Test func `neither a mask nor a failure prints a key`() {
        let key = "corporate.gateway/7f3a"
        let failure = ProviderFailure(.keyRejected, "no '\(key)'").masked(by: Redaction(key: key))
        var dumped = ""
        dump(failure, to: &dumped)
        dump(Redaction(key: key), to: &dumped)
        #expect(!"\(failure) \(String(reflecting: failure)) \(dumped)".contains(key))
        #expect(!"\(Redaction(key: key)) \(String(reflecting: Redaction(key: key)))".contains(key))
    }
}
