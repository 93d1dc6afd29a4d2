public import Events
public import Settings

extension ConfigurationApplied {
    /// What is recorded of a configuration: where it comes from and its text, secrets left out.
    public init(_ settings: Settings) {
        self.init()
        source =
            switch settings.origin {
            case .file(let path): path
            case .discovery: "discovery"
            }
        summary = settings.redactedSummary
    }
}
