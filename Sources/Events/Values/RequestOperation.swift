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
}

extension RequestOperation: FieldEnumeration {
    /// The commonest, which is not written.
    public static var empty: RequestOperation { .generation }
}
