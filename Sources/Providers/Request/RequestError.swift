/// Why a client's request can't be understood: the client's own fault, answered with a 400.
public struct RequestError: Error, Hashable, Sendable {
    /// What is wrong with which field, and at which byte of the body; without text of the prompt.
    public let message: String
    /// The path of the field at fault: `messages[2].content`; `nil` when the JSON itself is broken.
    public let field: String?
    /// The offset in the body, where one is known.
    public let offset: Int?

    /// A word for programs instead of `invalid_request`.
    public let code: String?

    /// An error about a field.
    public init(
        _ message: String,
        field: String? = nil,
        offset: Int? = nil,
        code: String? = nil
    ) {
        self.message = message
        self.field = field
        self.offset = offset
        self.code = code
    }
}
