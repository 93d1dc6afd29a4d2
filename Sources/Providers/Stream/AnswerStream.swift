public import Events

/// A streamed answer on its way from a provider to the client: a state machine over bytes.
///
/// Feed it what the provider sends with `consume`; at the transport's clean end call `finish`, make
/// the outcome durable, then send `terminator`. Bytes may be cut anywhere. Within a family events
/// pass byte for byte while they are watched; across families each is translated.
public struct AnswerStream: Sendable {
    /// The bytes that one line, or one event of several lines, may have, and an answer that is one
    /// document: as many as a whole answer's, since a picture or a file may come in one event, and
    /// so few that a provider that never ends a line can't fill the memory.
    public static let eventLimit = 64 << 20
    /// The bytes that one event may have without data, as a comment or a name: a provider's have a few.
    public static let silenceLimit = 64 << 10
    /// The lines of data that one event may have, each of which is remembered: a provider's have one.
    public static let dataLineLimit = 64 << 10

    enum Phase {
        /// Nothing has come that tells what it is.
        case opening
        case streaming
        /// One JSON document comes instead of events.
        case document
        /// The terminal event came.
        case ended
        case failed
    }

    let upstream: WireFamily
    let client: WireFamily
    /// Whether the client did not ask for the usage that we asked for.
    let hidesUsage: Bool
    /// Whether it is of OpenAI's responses, and goes on as it is.
    let isPassedResponse: Bool
    var framer: EventFramer
    var reader: StreamReader
    var writer: (any StreamWriter)?
    /// What the translation of the request changed that is undone here.
    var restoration: AnswerRestoration?
    /// Whether the bytes are of any kind, and nothing of them is read.
    let isOpaque: Bool
    /// How a Gemini client's events stand in its bytes, where they pass.
    var form: GeminiStreamForm?
    var tally: AnswerTally
    var parts: [AnswerPart] = []
    var phase = Phase.opening
    /// What a writer is made of, should a document come where bytes were to pass.
    let request: ClientRequest
    let identity: AnswerIdentity
    private let ids: AnswerIDs
    /// The events with data that have come.
    public internal(set) var eventCount = 0
    /// What Gemini signed of its thinking before the calls of a translated answer, and nobody took yet.
    var signatures: [CallSignature] = []
    /// The terminal event as the provider sent it.
    var held: [UInt8] = []

    /// A stream from a provider that was spoken to in `dialect` to the client that sent `request`,
    /// with events of at most `eventLimit` bytes.
    public init(
        from dialect: ProviderDialect,
        for request: ClientRequest,
        as identity: AnswerIdentity,
        eventLimit: Int = AnswerStream.eventLimit
    ) {
        self.request = request
        self.identity = identity
        upstream = dialect.family
        client = request.family
        hidesUsage = !request.wantsStreamedUsage
        isOpaque = request.passage != nil
        framer = EventFramer(isNDJSON: upstream == .ollama, limit: eventLimit)
        let passes = request.api.passes(to: dialect)
        isPassedResponse = passes && request.api.isResponses
        reader = StreamReader(family: upstream, isResponses: isPassedResponse)
        tally = AnswerTally(of: request, passes: passes)
        ids = AnswerIDs(identity: identity, rule: CallIDRule(of: request.family))
        restoration = request.restoration(from: dialect)
        if !passes {
            writer = request.streamWriter(as: identity)
        } else if client == .gemini {
            form = GeminiStreamForm(of: request)
        }
    }

    /// Whether something of the answer itself has come: text, reasoning, a tool call.
    ///
    /// Until then a failure may still go to the next candidate, provided that the caller has kept
    /// back what `consume` gave it: comments, pings, the role.
    public var hasContent: Bool { tally.hasContent }
    /// What the provider says it used, so far; unknown until it says so, even where an Anthropic
    /// client was told an estimate in its place.
    public var usage: TokenUsage { tally.usage }
    /// Why the answer ended, in OpenAI's words, or the provider's own where it is none of those.
    public var finishReason: String? { tally.finish?.name }
    /// The model that answers, which decides the price.
    public var model: String? { tally.model }
    /// What the provider says it charged.
    public var receipt: Nanodollars? { tally.receipt }
    /// The bytes of text written so far, as in JSON: for an estimate where usage is missing.
    public var outputTextBytes: Int { tally.outputTextBytes }
    /// The bytes that have come of an event, or of a document, whose end has not.
    public var unfinishedByteCount: Int { framer.unfinishedByteCount }
    /// About how many bytes it keeps: of an event that is not whole, and of an answer that is
    /// translated, which some clients are told once more at its end.
    public var heldByteCount: Int {
        framer.unfinishedByteCount + held.count + (writer == nil ? 0 : tally.byteCount)
    }
    /// Of the text written so far, what a limit of tokens bounds.
    public var written: WrittenText { tally.written }
    /// Whether the provider has said that the answer is complete; the connection may be let go.
    public var isComplete: Bool { phase == .ended }

    /// The whole response that an ended stream told a client of OpenAI's responses; `nil` for any
    /// other client.
    public var response: [UInt8]? {
        guard phase == .ended else { return nil }
        return isPassedResponse ? ResponsesAnswerReader.response(in: held) : writer?.response(tally)
    }

    /// The fingerprints of what only the provider can go on from.
    public var heldThere: [UInt64] { reader.held }

    /// The signatures of the calls that came since it was asked last.
    public mutating func takeSignatures() -> [CallSignature] {
        defer { signatures.removeAll() }
        return signatures
    }

    /// Keeps the signatures of calls among new parts.
    mutating func noteSignatures() {
        signatures += CallSignature.all(in: parts, ids: ids)
    }

    /// Takes bytes from the provider and appends what may go to the client now.
    ///
    /// The event that ends the stream for the client is held back. After it, bytes are ignored.
    /// - Throws: `ProviderFailure` for an error inside the stream, for what is not of the protocol
    ///   and for an event over `eventLimit`; the stream is over then. What was appended before it
    ///   is whole events and may be sent.
    public mutating func consume(
        _ bytes: [UInt8],
        into output: inout [UInt8]
    ) throws(ProviderFailure) {
        guard phase != .ended, phase != .failed else { return }
        if isOpaque {
            tally.hasContent = true
            output += bytes
            return
        }
        framer.append(bytes)
        do {
            try begin()
            if phase == .document || phase == .opening { try framer.checkLimit() }
            while phase == .streaming, let frame = try framer.next() {
                try handle(frame, into: &output)
            }
        } catch {
            phase = .failed
            throw error
        }
    }

    /// Ends the stream at the transport's clean end.
    ///
    /// - Throws: `ProviderFailure` of kind `cut` if the answer was not complete by then.
    public mutating func finish(into output: inout [UInt8]) throws(ProviderFailure) {
        guard phase != .failed else {
            throw ProviderFailure(.cut, "the stream has failed before")
        }
        if isOpaque {
            phase = .ended
            return
        }
        do {
            switch phase {
            case .document: try endDocument(into: &output)
            case .opening, .streaming:
                if let frame = framer.last() { try handleLast(frame, into: &output) }
                if phase != .ended { try end(into: &output) }
            case .ended, .failed: break
            }
        } catch {
            phase = .failed
            throw error
        }
    }

    /// An error in the place of the end, in the form that the stream has; no clean end may follow it.
    public func frame(of error: ClientError, at time: Timestamp) -> [UInt8] {
        // Among bytes of another kind it would be taken for one of them.
        if isOpaque { return [] }
        guard var form = form ?? writer?.streamForm, form.isArray else {
            return error.frame(for: client, at: time)
        }
        var output: [UInt8] = []
        form.append(error.body(for: client, at: time), to: &output)
        form.end(&output)
        return output
    }

    /// The end that was held back, to be sent once the outcome is durable.
    ///
    /// `comment` becomes an SSE comment before it; NDJSON has no comments and leaves it out. `durations`
    /// stand in the last line for Ollama's clients.
    public mutating func terminator(
        comment: String? = nil,
        durations: AnswerDurations? = nil
    ) -> [UInt8] {
        precondition(phase == .ended, "the end of a stream that is not complete")
        if isOpaque { return [] }
        var output: [UInt8] = []
        // Google's own SDK takes a comment for an answer that it can't read.
        if let comment, client != .ollama, client != .gemini {
            let line = comment.utf8.map { $0 < 0x20 ? UInt8(ascii: " ") : $0 }
            output += Array(": ".utf8) + line + Array("\n\n".utf8)
        }
        if let writer { return output + writer.terminator(tally, durations) }
        if let form {
            output += held
            form.end(&output)
            return output
        }
        if !held.isEmpty { return output + held }
        // A server may leave its end out.
        switch upstream {
        case .anthropic: return output + StreamEnd.messageStop
        case .openai, .ollama: return output + StreamEnd.done
        case .gemini: return output
        }
    }
}
