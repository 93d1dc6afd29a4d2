/// Endpoints of the families that are known and not served, each with what to do instead.
///
/// Sources: OpenAI's and Anthropic's API references, Ollama's docs/api.md, November 2026.
enum UnservedPaths {
    /// By the segments that a path begins with, behind `/v1` and without its first slash; the first that
    /// fits counts.
    private static let advice: [(path: String, advice: String)] = [
        (
            "v1/messages/batches",
            "Logway keeps no batches: send each request to /v1/messages, or the batch to the provider"
        ),
        (
            "v1/batches",
            "Logway keeps no batches: send each request to its endpoint, or the batch to the provider"
        ),
        (
            "v1/chat/completions",
            "Logway keeps no chat completions: `logway explain ID` tells of a request"
        ),
        (
            "v1/assistants",
            "assistants and threads live at OpenAI alone: use /v1/responses with previous_response_id"
        ),
        (
            "v1/threads",
            "assistants and threads live at OpenAI alone: use /v1/responses with previous_response_id"
        ),
        (
            "v1/conversations",
            "conversations live at OpenAI alone: use /v1/responses with previous_response_id"
        ),
        (
            "v1/fine_tuning",
            "models are trained at their provider; a model that is there can be used here by its name"
        ),
        ("v1/vector_stores", "vector stores live at their provider: ask it for them"),
        ("v1/uploads", "uploads in parts live at their provider: ask it for them"),
        ("v1/containers", "containers live at their provider: ask it for them"),
        ("v1/evals", "evaluations live at their provider: ask it for them"),
        ("v1/skills", "skills live at their provider: ask it for them"),
        ("v1/agents", "agents live at their provider: ask it for them"),
        ("v1/organization", "administration is the provider's: ask it with an administrator's key"),
        (
            "v1/organizations",
            "administration is the provider's: ask it with an administrator's key"
        ),
        (
            "v1/realtime",
            "no realtime sessions are served: use /v1/chat/completions with `stream: true`"
        ),
        (
            "v1/complete",
            "Anthropic's text completions have ended: use /v1/messages"
        ),
        ("api/push", "Logway keeps no models: run `ollama push` where that Ollama runs"),
        ("api/create", "Logway keeps no models: run `ollama create` where that Ollama runs"),
        ("api/copy", "Logway keeps no models: run `ollama cp` where that Ollama runs"),
        ("api/delete", "Logway keeps no models: run `ollama rm` where that Ollama runs"),
        ("api/blobs", "Logway keeps no models: run `ollama create` where that Ollama runs"),
        ("api/me", "Logway has no accounts: clients need no sign-in"),
        ("api/signout", "Logway has no accounts: clients need no sign-in"),
    ]

    /// What to do instead of asking for a path; `nil` where it isn't known.
    static func advice(on path: String) -> String? {
        let parts = path.split(separator: "/")
        let own = parts.first == "v1" || parts.first == "api" ? parts : ["v1"] + parts
        return advice.first { entry in
            own.starts(with: entry.path.split(separator: "/"))
        }?.advice
    }
}
