import Events
import HTTPTypes
import Platform
import Providers
import Routing
import Upstream

/// The result of an attempt: what is recorded of it, and what only its request goes by.
struct AttemptResult: Sendable {
    /// What the provider said and the network measured, without the failure.
    private var measured = AttemptOutcome()
    /// Why there is no whole answer; `nil` on success.
    var failure: ProviderFailure?
    /// Whether the provider may keep what it was sent although it failed, so that to ask again, or
    /// another, could keep it twice.
    private(set) var isUncertain = false
    /// Whether Logway lacked what another candidate may do without: room for a translation, a port
    /// towards one address.
    var mayServeElsewhere = false
    /// The provider's headers that its client is told.
    var headers = HTTPFields()
    /// What its answer takes of the memory of all answers.
    var room: HeldRoom?

    /// A result.
    ///
    /// - Parameters:
    ///   - measured: what the provider said and the network measured.
    ///   - failure: why there is no whole answer; `nil` on success.
    init(_ measured: AttemptOutcome = AttemptOutcome(), failure: ProviderFailure? = nil) {
        self.measured = measured
        self.failure = failure
    }

    /// An attempt that no provider can have worked for, so that it costs nothing.
    ///
    /// - Parameters:
    ///   - failure: why; `nil` where it is still to be found.
    ///   - status: the HTTP status, where one was received.
    init(uncharged failure: ProviderFailure?, status: Int? = nil) {
        self.failure = failure
        measured.status = status
        measured.mayCost = false
    }

    /// An attempt at whose end an answer stands that was not read, so that its cost is unknown.
    init(unread failure: ProviderFailure, status: Int) {
        self.failure = failure
        measured.status = status
        measured.isUnreadable = true
    }

    /// A complete answer.
    init(_ answer: Answer, status: Int) {
        measured.status = status
        measured.usage = answer.usage
        measured.receipt = answer.receipt
        measured.finishReason = answer.finishReason
        measured.model = answer.model
        measured.outputTextBytes = answer.outputTextBytes
        measured.held = answer.held
    }

    /// An attempt with a status of success and a failure before any content of an answer.
    ///
    /// An error in the answer's place is as free as one with a status of its own, unless the provider
    /// had counted tokens already. What can't be read may be an answer that was paid for: its cost
    /// is unknown, not an estimate.
    init(withoutContent failure: ProviderFailure, status: Int, usage: TokenUsage = TokenUsage()) {
        self.failure = failure
        measured.status = status
        measured.usage = usage
        let isError =
            failure.kind != .invalidResponse && failure.kind != .cut
            && failure.kind != .malformedOutput && failure.kind != .ownShortage
        let isCounted = usage.prompt != nil || usage.output != nil
        measured.mayCost = isCounted || !isError
        measured.isUnreadable = !isCounted && !isError
    }

    /// What routing makes an event of, the failure included.
    var outcome: AttemptOutcome {
        guard let failure else { return measured }
        var outcome = measured
        outcome.failure = failure.kind
        outcome.status = failure.status ?? measured.status
        outcome.message = failure.message
        outcome.retryAfter = failure.retryAfter
        return outcome
    }

    /// Notes the status by which the provider refused the client's own API before it was asked by a chat.
    mutating func note(refused status: Int?) { measured.refusedStatus = status }

    /// Takes over what the transport measured, where it has ended.
    mutating func record(_ timings: UpstreamTimings?) {
        guard let timings else { return }
        if !timings.reusedConnection, timings.connect > 0 {
            measured.connectMicroseconds = Int(timings.connect)
        }
        if timings.firstByte > 0 { measured.firstByteMicroseconds = Int(timings.firstByte) }
    }

    /// Settles what an attempt at a request that passes came to.
    ///
    /// Nobody here counts pictures or seconds of sound, so what they cost is unknown; files ask no
    /// model, and their keeping costs nothing.
    mutating func count(for client: ClientRequest) {
        guard let passage = client.passage else { return }
        isUncertain =
            passage.creates && failure != nil
            && (measured.mayCost || failure?.kind == .serverError)
        if client.api == .files {
            measured.mayCost = false
        } else {
            measured.isUnreadable = true
        }
    }

    /// Takes a refusal of a request that names a file as one of the file: that it isn't there, or is
    /// not ready, says nothing of the provider or of a model.
    mutating func blameFile(for status: Int) {
        guard (400..<500).contains(status), ![401, 402, 403, 408, 429].contains(status) else {
            return
        }
        failure = failure.map { ProviderFailure(.invalidRequest, $0.message, status: status) }
    }
}
