public import HTTPTypes

extension HTTPField.Name {
    // The names are constants of the right form, so that building them can't fail.
    private static func own(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else { preconditionFailure("bad header \(name)") }
        return field
    }

    /// The request's id.
    public static let requestID = own("x-logway-request-id")
    /// The provider that answered.
    public static let provider = own("x-logway-provider")
    /// The model that answered.
    public static let model = own("x-logway-model")
    /// What the request cost, in dollars.
    public static let costUSD = own("x-logway-cost-usd")
    /// What the provider that answered was not told.
    public static let dropped = own("x-logway-dropped")
    /// Whether a count of tokens is an estimate.
    public static let estimate = own("x-logway-estimate")
    /// Told to clients whose libraries would try again at once (OpenAI's and Anthropic's SDKs).
    public static let shouldRetry = own("x-should-retry")
    /// Anthropic's header for a key.
    public static let apiKey = own("x-api-key")
    /// The key of a Google client.
    public static let googleAPIKey = own("x-goog-api-key")
    /// Anthropic's version header, by which its clients are told apart on shared paths.
    public static let anthropicVersion = own("anthropic-version")
}
