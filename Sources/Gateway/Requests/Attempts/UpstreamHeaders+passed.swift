import Events
import HTTPTypes
import Upstream

extension UpstreamHeaders {
    /// The provider's headers that go to a client of its own family, where bytes pass.
    ///
    /// The id by which its support finds the request, what its SDK shows or goes by, and what is left
    /// of the account's rates; nothing that names the account.
    ///
    /// Sources: Anthropic's API reference, "Response headers" and "Rate limits"; OpenAI's, "Debugging
    /// requests"; November 2026.
    func passed(from family: WireFamily) -> HTTPFields {
        let names: [String]
        let prefix: String
        switch family {
        case .anthropic: (names, prefix) = (["request-id"], "anthropic-ratelimit-")
        case .openai:
            (names, prefix) = (
                ["x-request-id", "openai-processing-ms", "openai-version"], "x-ratelimit-"
            )
        case .ollama, .gemini: return HTTPFields()
        }
        var passed = HTTPFields()
        for position in indices(named: names, orBeginningWith: prefix).prefix(Self.passedLimit) {
            let (name, value) = self[position]
            // Some send one twice: a client takes either for the whole.
            guard let name = HTTPField.Name(name), passed[name] == nil else { continue }
            passed[name] = value
        }
        return passed
    }

    /// The most headers that are passed: Anthropic has 13, and what a server sends has no end.
    private static var passedLimit: Int { 32 }
}
