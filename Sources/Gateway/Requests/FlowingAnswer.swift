import Events
import HTTPTypes
import Platform
import ProviderClients
import Providers
import Upstream

/// A streamed answer whose first content has come: from here on there is no failover.
struct FlowingAnswer: Sendable {
    let exchange: UpstreamExchange
    private var stream: AnswerStream
    private let status: Int
    /// The provider's headers that its client is told.
    let headers: HTTPFields
    private let keys: Redaction
    private let keeper: ReservationKeeper?
    /// What it takes of the memory of all answers.
    private var room: AnswerRoom
    private let signatures: ThoughtSignatures
    /// When the provider was asked.
    private let start: Int64
    private let firstByteMicroseconds: Int
    /// The status by which the provider refused the client's own API before it was asked by a chat.
    var refusedStatus: Int?
    /// The media type of an answer that passes as it is; `nil` for a stream of the client's API.
    var contentType: String?
    /// Which request it answers.
    private let client: ClientRequest
    /// What was read for the client before the stream was handed over.
    private(set) var opening: [UInt8]

    /// Reads until there is content of the answer, or the whole of a short one.
    ///
    /// - Throws: `UpstreamError` when the transport fails before that.
    static func open(
        _ exchange: UpstreamExchange,
        from dialect: ProviderDialect,
        for client: ClientRequest,
        as identity: AnswerIdentity,
        attemptStart: Int64,
        status: Int,
        headers: HTTPFields,
        keys: Redaction,
        signatures: ThoughtSignatures,
        keeper: ReservationKeeper? = nil,
        room: AnswerRoom,
        outputBound: Int? = nil,
        contentType: String? = nil
    ) async throws(UpstreamError) -> AttemptRunner.Opening {
        var stream = AnswerStream(from: dialect, for: client, as: identity)
        var room = room
        var output: [UInt8] = []
        var received = 0
        do {
            while !stream.hasContent, !stream.isComplete {
                guard let bytes = try await exchange.next() else {
                    try await stream.take(nil, into: &output)
                    break
                }
                received += bytes.count
                try await room.hold(stream.heldByteCount + bytes.count + output.count)
                try await stream.take(bytes, into: &output)
                try checkOpening(received, of: stream, for: client, within: outputBound)
            }
            // What has come in one piece may be long already; what is whole is paid for.
            if !stream.isComplete { try keeper?.wrote(stream.outputTextBytes, stream.written) }
        } catch let failure as ProviderFailure {
            exchange.cancel()
            var result =
                stream.hasContent
                ? AttemptResult(
                    failure: failure,
                    status: status,
                    usage: stream.usage,
                    outputTextBytes: stream.outputTextBytes
                )
                : AttemptResult(withoutContent: failure, status: status, usage: stream.usage)
            result.record(exchange.timings)
            return .failed(result)
        } catch let error as UpstreamError {
            throw error
        } catch {
            throw .system("\(error)")
        }
        exchange.contentBegan()
        signatures.keep(stream.takeSignatures())
        let firstByte = Int(Clocks.monotonicMicroseconds - attemptStart)
        return .flowing(
            FlowingAnswer(
                exchange: exchange,
                stream: stream,
                status: status,
                headers: headers,
                keys: keys,
                keeper: keeper,
                room: room,
                signatures: signatures,
                start: attemptStart,
                firstByteMicroseconds: firstByte,
                contentType: contentType,
                client: client,
                opening: output
            )
        )
    }

    /// Takes what was read for the client before the stream was handed over; it is kept no longer.
    mutating func takeOpening() -> [UInt8] {
        defer { opening = [] }
        return opening
    }

    /// The bytes that may come before the first content: comments and pings for an hour, and what a
    /// provider says of itself.
    static let openingLimit = 1 << 20
    /// How often a provider may repeat the request in what comes before: OpenAI's responses begin with
    /// two events that hold its instructions and tools.
    static let openingEchoes = 4

    /// The bytes that each valid event without content may have on top of that: servers that hide what a
    /// model thinks send an empty delta of about 250 bytes for each of its tokens.
    static let hiddenTokenBytes = 512
    /// The tokens that a model may think unseen where no bound of its output is known: as many as the
    /// longest of a service writes.
    static let usualHiddenTokens = 128 << 10

    /// Checks what came without content: all of it is kept, as a failover may follow.
    ///
    /// Events count for more than comments, up to as many as the output may have tokens: a model that
    /// thinks unseen works for its answer.
    private static func checkOpening(
        _ received: Int,
        of stream: AnswerStream,
        for client: ClientRequest,
        within outputBound: Int?
    ) throws(ProviderFailure) {
        let hidden = min(stream.eventCount, outputBound ?? usualHiddenTokens, usualHiddenTokens)
        let limit =
            openingLimit + openingEchoes * client.body.count + hiddenTokenBytes * max(0, hidden)
        // An event that is not whole has a limit of its own.
        guard !stream.hasContent, received - stream.unfinishedByteCount > limit else { return }
        throw ProviderFailure(
            .invalidResponse,
            "the provider sent more than \(limit) bytes before any content of an answer"
        )
    }

    /// The next bytes for the client; `nil` when the answer is whole.
    ///
    /// Bytes that came before a failure are lost with it: the client is told of the failure instead.
    /// - Throws: `ProviderFailure` when the answer breaks off, without a key in its words.
    mutating func next() async throws(ProviderFailure) -> [UInt8]? {
        do throws(ProviderFailure) {
            return try await read()
        } catch {
            throw error.masked(by: keys)
        }
    }

    private mutating func read() async throws(ProviderFailure) -> [UInt8]? {
        while true {
            if stream.isComplete { return nil }
            let bytes: [UInt8]?
            do throws(UpstreamError) {
                bytes = try await exchange.next()
            } catch {
                throw keeper?.end ?? ProviderFailure(error)
            }
            var output: [UInt8] = []
            guard let bytes else {
                try await stream.take(nil, into: &output)
                signatures.keep(stream.takeSignatures())
                return output.isEmpty ? nil : output
            }
            try await room.hold(stream.heldByteCount + bytes.count)
            try await stream.take(bytes, into: &output)
            if !stream.isComplete { try keeper?.wrote(stream.outputTextBytes, stream.written) }
            signatures.keep(stream.takeSignatures())
            if !output.isEmpty { return output }
        }
    }

    /// How long a provider may take to end what it has said to be complete.
    static let drainLimit = Duration.seconds(1)

    /// Reads what little may follow the answer's end, so that the connection can be used again.
    ///
    /// Nobody waits for it: the client's next request may come on the same connection.
    func drain() {
        guard exchange.timings == nil else { return }
        Task { [exchange] in
            let limit = Task {
                try await Task.sleep(for: Self.drainLimit)
                exchange.cancel()
            }
            defer { limit.cancel() }
            do throws(UpstreamError) {
                while try await exchange.next() != nil {}
            } catch {
                // The answer is whole; how its connection ends changes nothing.
                exchange.cancel()
            }
        }
    }

    /// The whole response, where the client's API keeps it.
    var response: [UInt8]? { stream.response }

    /// An error in the place of the answer's end.
    func frame(of error: ClientError, at time: Timestamp) -> [UInt8] {
        stream.frame(of: error, at: time)
    }

    /// The answer's end for the client, to be sent once the outcome is durable.
    mutating func terminator(comment: String) -> [UInt8] {
        stream.terminator(
            comment: comment,
            durations: AnswerDurations(
                total: .microseconds(Clocks.monotonicMicroseconds - start),
                untilContent: .microseconds(firstByteMicroseconds)
            )
        )
    }

    /// What the attempt came to.
    func result(failure: ProviderFailure? = nil) -> AttemptResult {
        var result = AttemptResult(
            failure: failure,
            status: status,
            usage: stream.usage,
            receipt: stream.receipt,
            finishReason: stream.finishReason,
            model: stream.model,
            outputTextBytes: stream.outputTextBytes,
            held: stream.heldThere,
            refusedStatus: refusedStatus,
            firstByteMicroseconds: firstByteMicroseconds
        )
        result.count(for: client)
        return result
    }
}

extension AnswerStream {
    /// Takes bytes from the provider, or the end where there are none; beside the loop where much has
    /// come of one event, which is read whole.
    fileprivate mutating func take(
        _ bytes: [UInt8]?,
        into output: inout [UInt8]
    ) async throws(ProviderFailure) {
        let count = waitingBytes + (bytes?.count ?? 0)
        guard count >= LargeWork.leastBytes else { return try takeHere(bytes, into: &output) }
        try await LargeWork.run(on: count) { () throws(ProviderFailure) in
            try takeHere(bytes, into: &output)
        }
    }

    private mutating func takeHere(
        _ bytes: [UInt8]?,
        into output: inout [UInt8]
    ) throws(ProviderFailure) {
        if let bytes {
            try consume(bytes, into: &output)
        } else {
            try finish(into: &output)
        }
    }
}
