import JSONBytes

/// A field of OpenAI's responses that its chats have too, and few others of the family: they refuse a
/// request with a field that they don't know.
///
/// Who takes which is data (`BodyOptions.chatHints`).
enum ChatHint: String, CaseIterable {
    case promptCacheKey = "prompt_cache_key"
    case promptCacheRetention = "prompt_cache_retention"
    case safetyIdentifier = "safety_identifier"
    case serviceTier = "service_tier"
    case verbosity
}

extension Conversation {
    /// Keeps a field for those of OpenAI's family that have it.
    mutating func keep(_ name: String, _ value: JSONSlice, at path: String) {
        guard value.kind == .string else { return note(.foreign, at: path) }
        chatHints.append((name: name, value: value))
        note(.chatHint, at: path)
    }
}
