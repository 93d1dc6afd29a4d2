public import Events

extension ClientRequest {
    /// The paths of the fields that can't be said in `family`, sorted; empty when the request can be
    /// sent there.
    public func obstacles(to family: WireFamily) -> [String] { [] }

    /// The paths of hints that are left out on the way to `family`, sorted: `cache_control` and the
    /// like, whose loss changes price or speed but not the answer.
    public func droppedHints(to family: WireFamily) -> [String] { [] }

    /// The body for a provider of `family`.
    ///
    /// Within the family the model's name and what `options` ask for are spliced in, and every other
    /// byte stays; across families it is translated.
    /// - Throws: `RequestError` when a field has the wrong type, or is an obstacle.
    public func upstreamBody(
        for family: WireFamily,
        model: String,
        options: UpstreamOptions = UpstreamOptions()
    ) throws(RequestError) -> [UInt8] { [] }
}
