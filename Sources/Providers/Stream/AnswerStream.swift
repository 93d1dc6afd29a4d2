public import Events
import JSONBytes

/// A streamed answer on its way from a provider to the client: a state machine over bytes.
///
/// Feed it what the provider sends with `consume`; at the transport's clean end call `finish`, make
/// the outcome durable, then send `terminator`. Bytes may be cut anywhere. Within a family events
/// pass byte for byte while they are watched; across families each is translated.
public struct AnswerStream: Sendable {
    /// The bytes that one line, or one event of several lines, may have: far more than any delta,
    /// so that a provider that never ends a line can't fill the memory.
    public static let eventLimit = 1 << 20

    /// A stream from a provider of family `upstream` to the client that sent `request`.
    public init(from upstream: WireFamily, for request: ClientRequest, as identity: AnswerIdentity) {
        fatalError("not yet")
    }

    /// Whether something of the answer itself has come: text, reasoning, a tool call. Until then a
    /// failure may still go to the next candidate, provided that the caller has sent nothing.
    public var hasContent: Bool { false }
    /// What the provider says it used, so far; unknown until it says so.
    public var usage: TokenUsage { TokenUsage() }
    /// Why the answer ended, in OpenAI's words, or the provider's own where it is none of those.
    public var finishReason: String? { nil }
    /// The model that answers, which decides the price.
    public var model: String? { nil }
    /// What the provider says it charged.
    public var receipt: Nanodollars? { nil }
    /// The bytes of text written so far, as in JSON: for an estimate where usage is missing.
    public var outputTextBytes: Int { 0 }
    /// Whether the provider has said that the answer is complete; the connection may be let go.
    public var isComplete: Bool { false }

    /// Takes bytes from the provider and appends what may go to the client now.
    ///
    /// The event that ends the stream for the client is held back. After it, bytes are ignored.
    /// - Throws: `ProviderFailure` for an error inside the stream, for what is not of the protocol
    ///   and for an event over `eventLimit`; the stream is over then.
    public mutating func consume(
        _ bytes: [UInt8],
        into output: inout [UInt8]
    ) throws(ProviderFailure) {
    }

    /// Ends the stream at the transport's clean end.
    ///
    /// - Throws: `ProviderFailure` of kind `cut` if the answer was not complete by then.
    public mutating func finish(into output: inout [UInt8]) throws(ProviderFailure) {
    }

    /// The end that was held back, to be sent once the outcome is durable.
    ///
    /// `comment` becomes an SSE comment before it; NDJSON has no comments and leaves it out.
    public mutating func terminator(comment: String? = nil) -> [UInt8] { [] }
}
