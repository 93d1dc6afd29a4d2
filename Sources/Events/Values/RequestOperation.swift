/// What a request asks a model to do.
public enum RequestOperation: UInt8, Sendable, CaseIterable {
    /// To answer a chat.
    case generation = 1
    /// To turn texts into vectors.
    case embeddings = 2
    /// To go on with a prompt.
    case completion = 3
    /// To answer in OpenAI's Responses: what an attempt asks of a provider, not a request of Logway.
    case response = 4
    /// To make or change pictures.
    case image = 5
    /// To write down what is said in a recording.
    case transcription = 6
    /// To say a text.
    case speech = 7
    /// To judge whether something is harmful.
    case moderation = 8
    /// To order texts by how well they answer a question.
    case ranking = 9
    /// To keep, show or forget a file, which asks no model.
    case file = 10
}

extension RequestOperation: FieldEnumeration {
    /// The commonest, which is not written.
    public static var empty: RequestOperation { .generation }
}
