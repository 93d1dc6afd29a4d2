public import Events

/// Why a provider gave no answer.
public struct ProviderFailure: Error, Hashable, Sendable {
    /// The kind, from which follows what is tried next.
    public let kind: FailureKind
    /// The HTTP status of the provider's answer; `nil` where none came.
    public let status: Int?
    /// What the provider said: one line, at most 300 Unicode scalars, keys masked.
    public let message: String
    /// How long to wait before the same key and model are asked again.
    public let retryAfter: Duration?
    /// The provider's own word for programs (OpenAI's `code`), where it has one.
    public let code: String?
    /// The field of the request that the provider blames, where it names one.
    public let param: String?
    /// What `message` is the beginning of, keys and all, for the mask that knows the provider's own.
    private let words: ProviderWords

    /// The most Unicode scalars of a provider's message that are kept: enough for any sentence, too few
    /// to carry a prompt into the log.
    public static let messageLimit = 300

    /// A failure; the message is masked and cut.
    public init(
        _ kind: FailureKind,
        _ message: String,
        status: Int? = nil,
        code: String? = nil,
        param: String? = nil,
        retryAfter: Duration? = nil
    ) {
        self.init(
            kind,
            ProviderWords(message),
            Redaction(),
            status: status,
            code: code,
            param: param,
            retryAfter: retryAfter
        )
    }

    private init(
        _ kind: FailureKind,
        _ words: ProviderWords,
        _ keys: Redaction,
        status: Int?,
        code: String?,
        param: String?,
        retryAfter: Duration?
    ) {
        self.kind = kind
        self.status = status
        self.code = code.map(keys.masked)
        self.param = param.map(keys.masked)
        self.retryAfter = retryAfter
        self.words = words
        message = words.line(without: keys)
    }

    /// The same failure with a message that holds no secret that is known, not even the part of
    /// one that the cut at `messageLimit` would leave.
    public func masked(by keys: Redaction) -> ProviderFailure {
        ProviderFailure(
            kind,
            words,
            keys,
            status: status,
            code: code,
            param: param,
            retryAfter: retryAfter
        )
    }

    /// The same failure of a request that Logway had translated: what the provider finds wrong with
    /// it may be Logway's doing, so that it is no verdict about the request.
    public var afterTranslation: ProviderFailure {
        guard kind == .invalidRequest else { return self }
        return ProviderFailure(
            .translationRejected,
            words,
            Redaction(),
            status: status,
            code: code,
            param: param,
            retryAfter: nil
        )
    }

    /// The failure that a provider's answer with an error status stands for.
    ///
    /// - Parameters:
    ///   - status: the HTTP status, not a 2xx.
    ///   - headers: looks a header up by its lower-case name.
    ///   - body: the body, or its beginning.
    ///   - family: the provider's family.
    ///   - model: the model that was asked; `nil` where the request was for none.
    ///   - now: the instant that dates in headers are compared with.
    /// - Returns: the failure with its kind, the provider's message and the wait it asks for.
    public static func classify(
        status: Int,
        headers: (String) -> String?,
        body: [UInt8],
        family: WireFamily,
        model: String? = nil,
        now: Timestamp
    ) -> ProviderFailure {
        FailureClassifier(status: status, body: body, family: family, model: model)
            .failure(headers: headers, now: now)
    }
}

extension ProviderFailure: CustomStringConvertible, CustomReflectable {
    /// The kind and the message: what the provider said may hold a key.
    public var description: String { "\(kind): \(message)" }
    /// A mirror without children, so that `dump` shows no more than the description.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
