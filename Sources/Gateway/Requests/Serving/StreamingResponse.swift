import ClientHTTP
import Events
import HTTPTypes
import Hummingbird
import Ledger
import Logging
import NIOCore
import Platform
import Providers
import Synchronization
import Upstream
import WriteAheadLog

/// A stream on its way to its client, and the record of how it ends.
///
/// If nobody ever reads the body (the client left before the head was sent), dropping the response
/// records that.
final class StreamingResponse: Sendable {
    private let counted = Counted(.streams)
    /// The request and its answer, until somebody sends it: a copy that stayed here would keep what came
    /// before the first content for as long as the stream lasts.
    private let unsent: Mutex<Unsent?>
    private let watch: ClientWatch
    private let handler: InferenceHandler
    private let headers: HTTPFields
    private let family: WireFamily

    private struct Unsent {
        var running: RunningRequest
        var stream: UpstreamStream
    }

    /// A response to a request, of a stream whose first content has come.
    init(
        _ stream: UpstreamStream,
        of running: RunningRequest,
        watch: ClientWatch,
        by handler: InferenceHandler
    ) {
        unsent = Mutex(Unsent(running: running, stream: stream))
        self.watch = watch
        self.handler = handler
        headers = AnswerHeaders(running).fields(
            contentType: stream.contentType ?? running.client.streamType,
            stream.headers
        )
        family = running.client.family
    }

    deinit {
        guard let unsent = unsent.withLock({ $0.take() }) else { return }
        var running = unsent.running
        do throws(LogError) {
            let result = unsent.stream.result(failure: .stopped(clientGone: true))
            try running.completeEarly(result, in: handler.ledger)
        } catch {
            logUnrecordedEnd(of: running, error)
        }
    }

    /// The response whose body is the stream.
    var response: Response {
        Response(
            status: .ok,
            headers: headers,
            body: ResponseBody { [self] writer in try await write(to: &writer) }
        )
    }

    @concurrent private func write(to writer: inout any ResponseBodyWriter) async throws {
        guard
            var (running, stream) = unsent.withLock({ $0.take() }).map({ ($0.running, $0.stream) })
        else { return }
        var sent = handler.capture.newAnswer()
        defer { handler.capture.capture(sent, of: running) }
        do {
            do {
                try await send(&stream, to: &writer, capturing: &sent)
            } catch let failure as ProviderFailure {
                let failure = cause(of: failure)
                try running.completeEarly(stream.result(failure: failure), in: handler.ledger)
                try await sendError(failure, of: &running, after: stream, to: &writer)
                return
            } catch {
                // The client took no more bytes, or a stopping server takes no more time.
                stream.exchange.cancel()
                let failure = ProviderFailure.stopped(clientGone: !watch.isStopping)
                try running.completeEarly(stream.result(failure: failure), in: handler.ledger)
                throw error
            }
            let ending = RequestCompleted(.answered, status: 200)
            try running.complete(stream.result(), ending, in: handler.ledger)
            try await running.waitUntilDurable(in: handler.ledger)
        } catch let error as LogError {
            try await sendUnrecorded(error, of: running, to: &writer)
            throw error
        }
        if let response = stream.response {
            await LargeWork.run(on: response.count + running.client.body.count) {
                handler.keepResponse(response, of: running)
            }
        }
        let end = stream.terminator(comment: AnswerHeaders(running).costLine)
        sent.add(end)
        if !end.isEmpty { try await writer.write(ByteBuffer(bytes: end)) }
        sent.isWhole = true
        try await writer.finish(nil)
        stream.drain()
    }

    /// Sends what the provider writes, up to the end of its answer.
    @concurrent private func send(
        _ stream: inout UpstreamStream,
        to writer: inout any ResponseBodyWriter,
        capturing sent: inout CapturedAnswer
    ) async throws {
        if case let beginning = stream.takeBeginning(), !beginning.isEmpty {
            sent.add(beginning)
            try await writer.write(ByteBuffer(bytes: beginning))
        }
        while let bytes = try await stream.next() {
            sent.add(bytes)
            try await writer.write(ByteBuffer(bytes: bytes))
        }
    }

    /// The failure that ended the stream: a stopping server closes its clients' connections, so its
    /// own end is looked at first.
    private func cause(of failure: ProviderFailure) -> ProviderFailure {
        if watch.isStopping { return .stopped(clientGone: false) }
        return watch.isGone ? .stopped(clientGone: true) : failure
    }

    /// Tells the client that the answer broke off; no clean end follows.
    ///
    /// It throws where the connection ends with the answer.
    @concurrent private func sendError(
        _ failure: ProviderFailure,
        of running: inout RunningRequest,
        after stream: UpstreamStream,
        to writer: inout any ResponseBodyWriter
    ) async throws {
        // A body that only stops coming would leave the connection waiting for its end for ever.
        guard !watch.isGone else { throw ChannelError.ioOnClosedChannel }
        try await running.waitUntilDurable(in: handler.ledger)
        let error = RequestFailure.brokenOff(failure).clientError(for: running)
            .without(handler.ledger.redaction)
        let frame = stream.frame(of: error, at: Clocks.wall)
        if !frame.isEmpty { try await writer.write(ByteBuffer(bytes: frame)) }
        // Google's own SDK overlooks an error among its events, but not a connection that breaks off;
        // and nothing else tells that a sound or a file is not whole.
        if family == .gemini || frame.isEmpty { throw failure }
        try await writer.finish(nil)
    }

    /// Tells the client that the end of its answer could not be recorded.
    @concurrent private func sendUnrecorded(
        _ error: LogError,
        of running: RunningRequest,
        to writer: inout any ResponseBodyWriter
    ) async throws {
        // Nobody hears of it.
        guard !watch.isGone else { return }
        logUnrecordedEnd(of: running, error)
        let frame = ClientError(unrecorded: error, id: running.id).frame(
            for: family,
            at: Clocks.wall
        )
        try await writer.write(ByteBuffer(bytes: frame))
    }

    private func logUnrecordedEnd(of running: RunningRequest, _ error: LogError) {
        handler.logger.error("the end of request \(running.id) could not be recorded: \(error)")
    }
}

extension RunningRequest {
    /// Records that the stream ended early.
    fileprivate mutating func completeEarly(
        _ result: AttemptResult,
        in ledger: Ledger
    ) throws(LogError) {
        let kind = result.failure?.kind
        let outcome: RequestOutcome =
            switch kind {
            case .clientGone: .cancelled
            case .interrupted: .interrupted
            default: .cut
            }
        let ending = RequestCompleted(
            outcome,
            status: 200,
            failure: kind,
            message: outcome == .cut ? result.failure?.message : nil
        )
        try complete(result, ending, in: ledger)
    }
}
