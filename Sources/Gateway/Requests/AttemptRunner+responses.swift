import ClientHTTP
import Events
import ProviderClients
import Providers

extension AttemptRunner {
    /// Asks a provider in the client's own API where it is taken to have it; and where it then says
    /// that it has not, in the other way: by a chat, or in the API that it names.
    ///
    /// It is one attempt, since a refused path costs nothing and says nothing of the model.
    func askInTurn(
        _ running: RunningRequest,
        at provider: ProviderConnection,
        watch: ClientWatch,
        remaining: Duration
    ) async -> Opening {
        let model = running.attempt?.model ?? ""
        let dialect = provider.dialect(for: model)
        func asked() async -> Opening {
            await ask(running, at: provider, in: dialect, watch: watch, remaining: remaining)
        }
        var first = await asked()
        // A hint that the provider does not know is no reason to fail.
        while running.client.api.isResponses, case .failed(let result) = first,
            let failure = result.failure, failure.kind == .invalidRequest,
            !running.client.api.passes(to: dialect),
            provider.refusedField(named: failure.message) != nil
        {
            first = await asked()
        }
        guard running.client.api.isResponses, dialect.family == .openai,
            case .failed(let result) = first, let failure = result.failure,
            let turn = OtherTurn(after: failure, in: dialect, at: provider, for: running)
        else { return first }
        var second = await ask(
            running,
            at: provider,
            in: turn.dialect,
            watch: watch,
            remaining: remaining
        )
        if turn.isVerdict { provider.noteResponses(turn.dialect.takesResponses, for: model) }
        guard case .failed(var other) = second else {
            second.note(refused: failure.status)
            return second
        }
        // The words about the client's own API are the ones that it understands.
        guard turn.isVerdict, other.failure?.kind.fault != .request else { return first }
        other.refusedStatus = failure.status
        return .failed(other)
    }
}

/// The other way to ask a provider for a response.
private struct OtherTurn {
    let dialect: ProviderDialect
    /// Whether the first way was refused as such, so that it need not be tried again.
    let isVerdict: Bool

    /// The way to take after a failure; `nil` where there is none.
    init?(
        after failure: ProviderFailure,
        in dialect: ProviderDialect,
        at provider: ProviderConnection,
        for running: RunningRequest
    ) {
        let isMissing = failure.isOfMissingPath
        guard dialect.takesResponses else {
            // OpenAI's words for a model that it has at /responses alone.
            guard failure.message.contains("v1/responses") else { return nil }
            self.dialect = ProviderDialect(
                dialect.family,
                takesPrompts: dialect.takesPrompts,
                takesResponses: true
            )
            isVerdict = true
            return
        }
        // What is kept there, or needs OpenAI itself, no chat can say.
        guard running.received.holder?.isOnly != true else { return nil }
        // Servers that have responses often know few kinds of tools and items, and refuse the others;
        // OpenAI's own word on a request is final.
        let isRefused =
            failure.kind == .invalidRequest && !provider.isOpenAI
            && running.client.links.hasRareKinds
        guard (isMissing && !provider.isOpenAI) || isRefused else { return nil }
        self.dialect = ProviderDialect(dialect.family, takesPrompts: dialect.takesPrompts)
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

extension AttemptRunner.Opening {
    /// Notes that the provider refused the client's own API before.
    fileprivate mutating func note(refused status: Int?) {
        switch self {
        case .whole(let answer, var result):
            result.refusedStatus = status
            self = .whole(answer, result)
        case .flowing(var flowing):
            flowing.refusedStatus = status
            self = .flowing(flowing)
        case .failed: break
        }
    }
}
