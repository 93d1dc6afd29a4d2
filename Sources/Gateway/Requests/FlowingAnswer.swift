import Events
import HTTPTypes
import Providers
import Upstream

/// A streamed answer whose first content has come: from here on there is no failover.
struct FlowingAnswer: Sendable {
    let exchange: UpstreamExchange
    private var stream: AnswerStream
    private let status: Int
    /// The provider's headers that its client is told.
    let headers: HTTPFields
    private let keys: KeyMask
    private let keeper: ReservationKeeper?
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
        keys: KeyMask,
        signatures: ThoughtSignatures,
        keeper: ReservationKeeper? = nil,
        contentType: String? = nil
    ) async throws(UpstreamError) -> AttemptRunner.Opening {
        var stream = AnswerStream(from: dialect, for: client, as: identity)
        var output: [UInt8] = []
        do {
            while !stream.hasContent, !stream.isComplete {
                guard let bytes = try await exchange.next() else {
                    try stream.finish(into: &output)
                    break
                }
                try stream.consume(bytes, into: &output)
            }
            // What has come in one piece may be long already; what is whole is paid for.
            if !stream.isComplete { try keeper?.wrote(stream.outputTextBytes) }
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
                signatures: signatures,
                start: attemptStart,
                firstByteMicroseconds: firstByte,
                contentType: contentType,
                client: client,
                opening: output
            )
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
                try stream.finish(into: &output)
                signatures.keep(stream.takeSignatures())
                return output.isEmpty ? nil : output
            }
            try stream.consume(bytes, into: &output)
            if !stream.isComplete { try keeper?.wrote(stream.outputTextBytes) }
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
