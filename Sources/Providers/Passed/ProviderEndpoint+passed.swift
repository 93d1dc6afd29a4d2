extension ProviderEndpoint {
    /// Where a request goes that passes.
    public func url(for passage: Passage) -> String {
        url(path: passage.path) + (passage.query.map { "?" + $0 } ?? "")
    }

    /// The headers of a request that passes: `headers`, which `headers(streamed:)` gave, with the type of
    /// the client's body, and any type for the answer.
    public func headers(
        _ headers: [(name: String, value: String)],
        for passage: Passage
    ) -> [(name: String, value: String)] {
        let own = headers.filter { $0.name != "content-type" && $0.name != "accept" }
        let type = passage.contentType.map { [(name: "content-type", value: $0)] } ?? []
        return own + [(name: "accept", value: "*/*")] + type
    }
}
