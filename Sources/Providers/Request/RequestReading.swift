import Events

/// What a request says without its family: all that a translation of it is made from.
enum RequestReading: Sendable {
    case conversation(Conversation)
    case embeddings(EmbeddingRequest)

    /// What of it may not survive a translation.
    var findings: [Conversation.Finding] {
        switch self {
        case .conversation(let conversation): conversation.findings
        case .embeddings(let request): request.findings
        }
    }
}

/// What a request loses on its way to a family, by the paths of its fields.
struct TranslationLosses: Sendable {
    /// The fields that can't be said there, sorted: with any of them the request isn't sent.
    let obstacles: [String]
    /// The fields that are left out, sorted.
    let dropped: [String]

    init(_ findings: [Conversation.Finding], in family: WireFamily) {
        func paths(_ treatment: Treatment) -> [String] {
            Set(findings.lazy.filter { $0.treatment(in: family) == treatment }.map(\.path))
                .sorted()
        }
        obstacles = paths(.refused)
        dropped = paths(.dropped)
    }
}
