public import Events

/// An API that clients speak to Logway: how its requests and answers are written.
///
/// Which path it is posted to is in the gateway's `Route.all`.
///
/// A family of providers has several of them, and an API need not be spoken by any provider; so a
/// client's API is more than its family, which says how errors look and which headers pass.
public enum ClientAPI: Sendable, CaseIterable {
    /// OpenAI's chat completions.
    case chatCompletions
    /// Anthropic's messages.
    case messages
    /// Ollama's chats.
    case ollamaChat
    /// Ollama's answers to one prompt.
    case ollamaGenerate
    /// OpenAI's older completions, of a prompt.
    case completions
    /// OpenAI's responses.
    case responses
    /// OpenAI's compaction of responses, which makes one item of a conversation.
    case compaction
    /// OpenAI's embeddings.
    case embeddings
    /// Ollama's embeddings.
    case ollamaEmbed
    /// Ollama's older embeddings, of one text.
    case ollamaEmbeddings
    /// Gemini's `:generateContent` and `:streamGenerateContent`.
    case generateContent
    /// Gemini's `:embedContent`, of one text.
    case embedContent
    /// Gemini's `:batchEmbedContents`.
    case batchEmbedContents

    /// OpenAI's pictures: made, edited and varied.
    case images
    /// OpenAI's transcriptions and translations of recordings.
    case transcriptions
    /// OpenAI's speech.
    case speech
    /// OpenAI's moderations.
    case moderations
    /// Rankings, which several servers of OpenAI's family have.
    case rerank
    /// OpenAI's files.
    case files

    /// Whether its requests go on as they came, within the family only: `Passage`.
    public var isPassedOnly: Bool {
        switch self {
        case .images, .transcriptions, .speech, .moderations, .rerank, .files: true
        default: false
        }
    }

    /// The family it belongs to.
    public var family: WireFamily {
        switch self {
        case .chatCompletions, .completions, .responses, .compaction, .embeddings, .images,
            .transcriptions, .speech, .moderations, .rerank, .files:
            .openai
        case .messages: .anthropic
        case .ollamaChat, .ollamaGenerate, .ollamaEmbed, .ollamaEmbeddings: .ollama
        case .generateContent, .embedContent, .batchEmbedContents: .gemini
        }
    }

    /// What it asks models to do.
    public var operation: RequestOperation {
        switch self {
        case .chatCompletions, .responses, .compaction, .messages, .ollamaChat, .ollamaGenerate,
            .generateContent:
            .generation
        case .completions: .completion
        case .images: .image
        case .transcriptions: .transcription
        case .speech: .speech
        case .moderations: .moderation
        case .rerank: .ranking
        case .files: .file
        case .embeddings, .ollamaEmbed, .ollamaEmbeddings, .embedContent, .batchEmbedContents:
            .embeddings
        }
    }

    /// Whether it is its family's own way to chat.
    public var isChat: Bool {
        switch self {
        case .chatCompletions, .messages, .ollamaChat, .generateContent: true
        default: false
        }
    }

    /// Whether it is one of OpenAI's responses: an answer, or the compaction of a conversation.
    public var isResponses: Bool { self == .responses || self == .compaction }

    /// Whether providers of `family` are asked in this very API, so that bytes pass; all others are
    /// sent a translation.
    ///
    /// Responses and completions of prompts are sent as chats, but to models that are known to have
    /// them: most providers of OpenAI's family have neither.
    public func passes(to dialect: ProviderDialect) -> Bool {
        switch self {
        case .responses, .compaction: dialect.family == .openai && dialect.takesResponses
        case .completions: dialect.family == .openai && dialect.takesPrompts
        default: family == dialect.family
        }
    }

    /// The API of a family's chats.
    init(chatOf family: WireFamily) {
        switch family {
        case .openai: self = .chatCompletions
        case .anthropic: self = .messages
        case .ollama: self = .ollamaChat
        case .gemini: self = .generateContent
        }
    }
}
