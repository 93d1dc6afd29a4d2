import Events

/// Tells a provider that lacks an endpoint, or an operation of a model, from one that lacks the model.
///
/// Servers of one program answer some of a family's paths and not others: a chat server has no
/// `/embeddings`, a model that embeds does not chat. What they say to that are words of November 2026.
enum MissingEndpoint {
    /// Whether the provider's words say that the model does not do this, whatever the status.
    ///
    /// Ollama says so with 400 and 500, vLLM with 400, OpenAI with 404, llama.cpp with 501, LM Studio
    /// with 200.
    static func isNamed(by message: ProviderMessage) -> Bool {
        let said = (message.text ?? "").lowercased()
        guard !said.isEmpty else { return false }
        let text = said.split(separator: "doesn't").joined(separator: "does not")
        return phrases.contains { text.contains($0) }
    }

    /// Whether a 404 is about the path: its body names no model, and no code that stands for one.
    static func isMeant(by message: ProviderMessage, model: String?) -> Bool {
        if message.words.contains(where: modelWords.contains) { return false }
        guard let text = message.text?.lowercased(), !text.isEmpty else { return true }
        if let model, !model.isEmpty, text.contains(model.lowercased()) { return false }
        if pathPhrases.contains(where: { text.contains($0) }) { return true }
        // Azure's word for a model is its deployment.
        return !text.contains("model") && !text.contains("deployment")
    }

    private static let modelWords: Set<String> = [
        "model_not_found", "model_decommissioned", "model_not_available", "invalid_model",
        "unknown_model", "deploymentnotfound",
    ]

    /// What an operation is called that a model, or a server, does not do.
    private static let phrases = [
        "does not support embeddings", "not support the embeddings api",
        "does not support chat", "not support the chat completions api",
        "does not support generate", "does not support completions",
        "not support the completions api", "not a chat model",
        "is only supported in v1/", "not supported in the v1/",
        "unexpected endpoint or method",
        "not an embedding model", "embeddings are not supported", "embedding is not supported",
    ]

    /// Words about a path, also where it holds the word for a model (`/v1/models/…`).
    private static let pathPhrases = [
        "page not found", "invalid url", "unknown request url", "cannot post ", "no route",
        "no such route", "route not found", "path not found", "endpoint not found",
        "unknown endpoint",
    ]
}
