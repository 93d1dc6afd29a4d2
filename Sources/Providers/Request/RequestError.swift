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

    /// The bytes of a message and of a path: both are recorded, and a path can have a client's own names in it.
    private static let limit = (message: 1_024, field: 256)

    /// An error about a field; a long message or path is cut.
    public init(
        _ message: String,
        field: String? = nil,
        offset: Int? = nil,
        code: String? = nil
    ) {
        self.message = message.limited(toBytes: Self.limit.message)
        self.field = field?.limited(toBytes: Self.limit.field)
        self.offset = offset
        self.code = code
    }
}
