public import Events

/// Why a provider gave no answer.
public struct ProviderFailure: Error, Hashable, Sendable {
    /// The kind, from which follows what is tried next.
    public let kind: FailureKind
    /// The HTTP status of the provider's answer; `nil` where none came.
    public let status: Int?
    /// What the provider said: one line, at most 300 characters, keys masked.
    public let message: String
    /// How long to wait before the same key and model are asked again.
    public let retryAfter: Duration?

    /// The most characters of a provider's message that are kept: enough for any sentence, too few
    /// to carry a prompt into the log.
    public static let messageLimit = 300

    /// A failure; the message is cut and masked.
    public init(
        _ kind: FailureKind,
        _ message: String,
        status: Int? = nil,
        retryAfter: Duration? = nil
    ) {
        self.kind = kind
        self.status = status
        self.message = ProviderMessage.oneLine(message)
        self.retryAfter = retryAfter
    }

    /// The failure that a provider's answer with an error status stands for.
    ///
    /// - Parameters:
    ///   - status: the HTTP status, not a 2xx.
    ///   - headers: looks a header up by its lower-case name.
    ///   - body: the body, or its beginning.
    ///   - family: the provider's family.
    ///   - now: the instant that dates in headers are compared with.
    /// - Returns: the failure with its kind, the provider's message and the wait it asks for.
    public static func classify(
        status: Int,
        headers: (String) -> String?,
        body: [UInt8],
        family: WireFamily,
        now: Timestamp
    ) -> ProviderFailure {
        FailureClassifier(status: status, body: body, family: family)
            .failure(headers: headers, now: now)
    }
}
