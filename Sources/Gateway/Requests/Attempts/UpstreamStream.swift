import Events
import HTTPTypes
import Platform
import ProviderClients
import Providers
import Routing
import Upstream

/// The streamed answer of an attempt.
///
/// Once its first content has come, there is no failover.
struct UpstreamStream: Sendable {
    let exchange: UpstreamExchange
    /// What the provider writes, as it is said to the client.
    var stream: AnswerStream
    let status: Int
    /// The provider's headers that its client is told.
    let headers: HTTPFields
    /// The media type of an answer that passes as it is; `nil` for a stream of the client's API.
    let contentType: String?
    /// Which request it answers.
    let client: ClientRequest
    let keys: Redaction
    let keeper: ReservationKeeper?
    /// What it takes of the memory of all answers.
    var room: AnswerRoom
    let signatures: ThoughtSignatures
    /// When the attempt began, on the monotonic clock.
    let start: Int64
    private(set) var firstByteMicroseconds = 0
    /// The status by which the provider refused the client's own API before it was asked by a chat.
    var refusedStatus: Int?
    /// What was read for the client before the stream was handed over.
    private(set) var beginning: [UInt8] = []

    /// Reads until there is content of the answer, or the whole of a short one.
    ///
    /// - Parameter outputBound: how many tokens the answer may have; `nil` where nothing limits them.
    /// - Returns: what the attempt came to where no content came; `nil` where it did.
    /// - Throws: `UpstreamError` when the transport fails before that.
    mutating func readUntilContent(
        within outputBound: Int? = nil
    ) async throws(UpstreamError) -> AttemptResult? {
        var received = 0
        do {
            while !stream.hasContent, !stream.isComplete {
                guard let bytes = try await exchange.next() else {
                    try await stream.take(nil, into: &beginning)
                    break
                }
                received += bytes.count
                try await room.hold(stream.heldByteCount + bytes.count + beginning.count)
                try await stream.take(bytes, into: &beginning)
                try checkBeginning(received, within: outputBound)
            }
            // What has come in one piece may be long already; what is whole is paid for.
            if !stream.isComplete { try keeper?.wrote(stream.outputTextBytes, stream.written) }
        } catch let failure as ProviderFailure {
            exchange.cancel()
            return failed(failure)
        } catch let error as UpstreamError {
            throw error
        } catch {
            throw .system("\(error)")
        }
        exchange.contentBegan()
        signatures.keep(stream.takeSignatures())
        firstByteMicroseconds = Int(Clocks.monotonicMicroseconds - start)
        return nil
    }

    /// The attempt's result whose stream was abandoned before it was handed over.
    private func failed(_ failure: ProviderFailure) -> AttemptResult {
        var result: AttemptResult
        if stream.hasContent {
            var outcome = AttemptOutcome()
            outcome.status = status
            outcome.usage = stream.usage
            outcome.outputTextBytes = stream.outputTextBytes
            result = AttemptResult(outcome, failure: failure)
        } else {
            result = AttemptResult(withoutContent: failure, status: status, usage: stream.usage)
        }
        result.record(exchange.timings)
        return result
    }

    /// Takes what was read for the client before the stream was handed over; it is kept no longer.
    mutating func takeBeginning() -> [UInt8] {
        defer { beginning = [] }
        return beginning
    }

    /// The bytes that may come before the first content: comments and pings for an hour, and what a
    /// provider says of itself.
    static let beginningLimit = 1 << 20
    /// How often a provider may repeat the request in what comes before: OpenAI's responses begin with
    /// two events that hold its instructions and tools.
    static let requestEchoes = 4

    /// The bytes that each valid event without content may have on top of that: servers that hide what a
    /// model thinks send an empty delta of about 250 bytes for each of its tokens.
    static let hiddenTokenBytes = 512
    /// The tokens that a model may think unseen where no bound of its output is known: as many as the
    /// longest of a service writes.
    static let maximumHiddenTokens = 128 << 10

    /// Checks what came without content: all of it is kept, as a failover may follow.
    ///
    /// Events count for more than comments, up to as many as the output may have tokens: a model that
    /// thinks unseen works for its answer.
    private func checkBeginning(
        _ received: Int,
        within outputBound: Int?
    ) throws(ProviderFailure) {
        let most = Self.maximumHiddenTokens
        let hidden = max(0, min(stream.eventCount, outputBound ?? most, most))
        let limit =
            Self.beginningLimit + Self.requestEchoes * client.body.count
            + Self.hiddenTokenBytes * hidden
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

    /// The attempt's result.
    func result(failure: ProviderFailure? = nil) -> AttemptResult {
        var outcome = AttemptOutcome()
        outcome.status = status
        outcome.usage = stream.usage
        outcome.receipt = stream.receipt
        outcome.finishReason = stream.finishReason
        outcome.model = stream.model
        outcome.outputTextBytes = stream.outputTextBytes
        outcome.held = stream.heldThere
        outcome.refusedStatus = refusedStatus
        outcome.firstByteMicroseconds = firstByteMicroseconds
        var result = AttemptResult(outcome, failure: failure)
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
        let count = unfinishedByteCount + (bytes?.count ?? 0)
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
