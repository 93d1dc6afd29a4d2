import Events

/// The headers of a client that are part of what it asks for, and so go on to a provider of its
/// family: which version and which beta features of the API it was written for.
///
/// Sources: Anthropic's API reference, "Versions" and "Beta headers"; for OpenAI's what Codex sends beside
/// bodies of a form that the service knows by them (0.163.0, November 2026).
struct PassedHeaders {
    /// The bytes of one value, of which providers name some twenty features in a few hundred: what is
    /// refused here can't make a request that a provider's connection refuses.
    static let valueLimit = 4_096

    /// The names that a family has, in lower case.
    static func names(of family: WireFamily) -> [String] {
        switch family {
        case .anthropic: ["anthropic-version", "anthropic-beta"]
        case .openai:
            ["openai-beta", "x-codex-beta-features", "x-openai-internal-codex-responses-lite"]
        case .ollama, .gemini: []
        }
    }

    /// What the client sent, in the order of the names.
    ///
    /// - Throws: `RequestError` that names the header when its value is too long or can't be sent on.
    static func read(
        _ family: WireFamily,
        _ header: (String) -> String?
    ) throws(RequestError) -> [(name: String, value: String)] {
        var passed: [(name: String, value: String)] = []
        for name in names(of: family) {
            guard let value = header(name)?.trimmed, !value.isEmpty else { continue }
            guard value.utf8.count <= valueLimit else {
                throw RequestError("\(name) is longer than \(valueLimit) bytes", field: name)
            }
            guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
                throw RequestError("\(name) holds a control character", field: name)
            }
            passed.append((name: name, value: value))
        }
        return passed
    }
}
