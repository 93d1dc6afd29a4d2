extension ProviderType {
    /// Headers beyond its family's that the provider asks for.
    ///
    /// GitHub Models wants the version of its API (docs.github.com, "REST API endpoints for models
    /// inference", November 2026).
    public var extraHeaders: [(name: String, value: String)] {
        self == .githubModels ? [(name: "x-github-api-version", value: "2022-11-28")] : []
    }

    /// Where the models are listed, if not where the family has its list.
    ///
    /// GitHub Models has a catalogue beside `…/inference`, the same for every organisation.
    public func modelsURL(baseURL: String) -> String? {
        guard self == .githubModels else { return nil }
        let scheme = baseURL.firstRange(of: "://")?.upperBound ?? baseURL.startIndex
        let host = baseURL[scheme...].prefix { $0 != "/" }
        return baseURL[..<scheme] + host + "/catalog/models"
    }

    /// Where the provider tells of the key itself, free of charge; `nil` where asking for the models
    /// already shows whether the key is good.
    ///
    /// OpenRouter lists its models to anybody (openrouter.ai/docs, "API key rate limit").
    public func keyURL(baseURL: String) -> String? {
        self == .openrouter ? baseURL + "/key" : nil
    }
}
