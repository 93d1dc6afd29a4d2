extension String {
    private static let latestTag = ":latest"

    /// An Ollama model's name without the tag `latest`; `nil` where it has another one, or none.
    ///
    /// At an Ollama, `NAME` and `NAME:latest` are the same model, and it lists the long one.
    public var withoutLatestTag: String? {
        hasSuffix(Self.latestTag) ? String(dropLast(Self.latestTag.count)) : nil
    }

    /// The name with that tag, whatever it ends with.
    public var withLatestTag: String { self + Self.latestTag }
}
