import Events
import ProviderClients
import Providers

/// The other way to ask a provider for a response, where the first was refused.
struct DialectFallback {
    let dialect: ProviderDialect
    /// Whether the first way was refused as such, so that it need not be tried again.
    let isVerdict: Bool

    /// The way to take after a failure; `nil` where there is none.
    init?(after failure: ProviderFailure, of call: AttemptCall) {
        let first = call.dialect
        guard first.takesResponses else {
            // OpenAI's words for a model that it has at /responses alone.
            guard failure.message.contains("v1/responses") else { return nil }
            dialect = ProviderDialect(
                first.family,
                takesPrompts: first.takesPrompts,
                takesResponses: true
            )
            isVerdict = true
            return
        }
        // What is kept there, or needs OpenAI itself, no chat can say.
        guard call.admitted.received.holder?.isOnly != true else { return nil }
        // Servers that have responses often know few kinds of tools and items, and refuse the others;
        // OpenAI's own word on a request is final.
        let isMissing = failure.isOfMissingPath
        let isRefused =
            failure.kind == .invalidRequest && !call.provider.isOpenAI
            && call.client.links.hasRareKinds
        guard (isMissing && !call.provider.isOpenAI) || isRefused else { return nil }
        dialect = ProviderDialect(first.family, takesPrompts: first.takesPrompts)
        isVerdict = isMissing
    }
}

extension ProviderFailure {
    /// Whether it says that there is no such API, rather than something of the model or of an item.
    fileprivate var isOfMissingPath: Bool {
        let words = message.lowercased()
        let isOfSomething = words.contains("model") || words.contains("with id")
        return switch status {
        case 405, 501: true
        case 404: words.contains("responses") || !isOfSomething
        default: false
        }
    }
}
