/// Why an attempt at a provider did not give an answer.
public enum FailureKind: UInt8, Sendable, CaseIterable {
    /// 400 or 422: the request itself is at fault; no other provider is tried.
    case invalidRequest = 1
    /// The prompt is longer than the model's context; the request's fault.
    case contextTooLong = 2
    /// 401, 402 or 403: the provider does not accept this key.
    case keyRejected = 3
    /// 404: the provider does not have this model.
    case modelMissing = 4
    /// 429: too many requests for this key and model.
    case rateLimited = 5
    /// 503 or 529: the provider says that it has no capacity.
    case overloaded = 6
    /// Another 5xx, or 408.
    case serverError = 7
    /// The provider could not be reached.
    case connectionFailed = 8
    /// No connection within the connect timeout.
    case connectTimeout = 9
    /// No first byte of the answer in time.
    case firstTokenTimeout = 10
    /// The answer stalled, or the provider took nothing more of the request.
    case idleTimeout = 11
    /// The provider used up the whole time that a request may take.
    case totalTimeout = 12
    /// The answer ended before it was complete.
    case cut = 13
    /// The provider's answer is not of its protocol (HTML, broken JSON, a status such as 301 or
    /// 405), or holds an error of no known kind.
    case invalidResponse = 14
    /// The client hung up.
    case clientGone = 15
    /// Logway's own connection pool for the provider is full.
    case poolExhausted = 16
    /// Logway stopped or crashed while the attempt ran.
    case interrupted = 17
    /// The request's whole time was used up before the provider had the time of its own.
    case deadlinePassed = 18
    /// Another attempt at the same request gave its first content before this one, which was then
    /// cancelled.
    case hedgeLost = 19
    /// 404 for the path, 405, 501, or words to that effect: the provider does not do this with this
    /// model. It says nothing of what else the model or the provider does.
    case endpointMissing = 20
    /// A budget had no more room while the answer was being written.
    case budgetExhausted = 21
    /// 400 or 422 to a request that Logway had translated: what was wrong with it may be Logway's own
    /// doing, so the next candidate is asked and the provider is not blamed.
    case translationRejected = 22
    /// The model wrote what is no answer, as its provider says: a call that is none, JSON that does
    /// not fit its schema. Another model may do better.
    case malformedOutput = 23
    /// This process or its machine lacked what the attempt needed: a descriptor, a port, memory, room
    /// for the answer. It says nothing of the provider.
    case ownShortage = 25
    /// The provider wrote far more than the output limit that it was sent, so its answer was ended.
    case outputOverrun = 30

    /// Who has to act on a failure, and so what follows from it (docs/errors.md, the table of failures).
    public enum Fault: Sendable {
        /// The request: no retry, no count against the provider's health.
        case request
        /// The provider: counts against its health, the next candidate is tried.
        case provider
        /// This provider's key, which is disabled; the next candidate is tried.
        case key
        /// This operation of this model at this provider, which is disabled; the next candidate is
        /// tried.
        case model
        /// The rate: key and model are held until the retry time; the next candidate is tried.
        case rate
        /// This one attempt: the model failed at it, or Logway said the request in words that the
        /// provider does not take; no count against anybody's health, the next candidate is tried.
        case attempt
        /// Neither: the client hung up, or Logway itself stopped, was full, lacked something, had an
        /// answer already or had no money left.
        case gateway
    }

    /// Whose fault the failure is.
    public var fault: Fault {
        switch self {
        case .invalidRequest, .contextTooLong: .request
        case .keyRejected: .key
        case .modelMissing, .endpointMissing: .model
        case .rateLimited: .rate
        case .clientGone, .poolExhausted, .interrupted, .deadlinePassed, .hedgeLost,
            .budgetExhausted, .ownShortage:
            .gateway
        case .translationRejected, .malformedOutput: .attempt
        case .overloaded, .serverError, .connectionFailed, .connectTimeout, .firstTokenTimeout,
            .idleTimeout, .totalTimeout, .cut, .invalidResponse, .outputOverrun:
            .provider
        }
    }
}
