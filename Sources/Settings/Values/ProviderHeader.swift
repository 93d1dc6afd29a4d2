/// A header that the operator adds to every request to a provider.
public struct ProviderHeader: Hashable, Sendable {
    /// The name, as it is sent.
    public var name: String
    /// The value, which nothing shows: it may be a token.
    public var value: Secret
    /// Whether the value is kept out of what the provider says, like a key.
    ///
    /// One is that a variable of the environment gave, or that stands where keys do; a title that stands
    /// in the file may also stand in a prompt.
    public var isKey = false

    /// A header from its parts.
    public init(name: String, value: Secret, isKey: Bool = false) {
        self.name = name
        self.value = value
        self.isKey = isKey
    }
}
