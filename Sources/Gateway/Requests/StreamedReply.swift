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
/// If nobody ever reads the body (the client left before the head was sent), dropping the reply
/// records that.
final class StreamedReply: Sendable {
    private let counted = Counted(.streams)
    /// The request and its answer, until somebody sends it: a copy that stayed here would keep what came
    /// before the first content for as long as the stream lasts.
    private let unsent: Mutex<Unsent?>
    private let watch: ClientWatch
    private let service: ChatService
    private let headers: HTTPFields
    private let errorShape: (family: WireFamily, id: Events.RequestID)

    private struct Unsent {
        var running: RunningRequest
        var flowing: FlowingAnswer
    }

    init(
        _ flowing: FlowingAnswer,
        of running: RunningRequest,
        watch: ClientWatch,
        channel: any Channel,
        in service: ChatService
    ) {
        unsent = Mutex(Unsent(running: running, flowing: flowing))
        self.watch = watch
        self.service = service
        headers = running.headers(
            contentType: flowing.contentType ?? running.client.streamType,
            flowing.headers
        )
        errorShape = (running.client.family, running.id)
    }

    deinit {
        guard let unsent = unsent.withLock({ $0.take() }) else { return }
        var open = unsent.running
        do throws(LogError) {
            try open.end(
                unsent.flowing.result(failure: .stopped(clientGone: true)),
                in: service.ledger
            )
        } catch {
            service.logger.error("the end of request \(open.id) could not be recorded: \(error)")
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
        guard var (open, flowing) = unsent.withLock({ $0.take() }).map({ ($0.running, $0.flowing) })
        else { return }
        var sent = SentAnswer(
            isKept: service.bodies != nil,
            in: service.attempts.answers
        )
        defer { service.keep(sent, of: open) }
        do {
            do {
                if case let opening = flowing.takeOpening(), !opening.isEmpty {
                    sent.add(opening)
                    try await writer.write(ByteBuffer(bytes: opening))
                }
                while let bytes = try await flowing.next() {
                    sent.add(bytes)
                    try await writer.write(ByteBuffer(bytes: bytes))
                }
            } catch let failure as ProviderFailure {
                let failure = ended(early: failure)
                try open.end(flowing.result(failure: failure), in: service.ledger)
                try await sendError(failure, of: open, after: flowing, to: &writer)
                return
            } catch let error as LogError {
                throw error
            } catch {
                // The client took no more bytes, or a stopping server takes no more time.
                flowing.exchange.cancel()
                try open.end(
                    flowing.result(failure: .stopped(clientGone: !isStopping)),
                    in: service.ledger
                )
                throw error
            }
            try open.complete(
                flowing.result(),
                RequestEnding(outcome: .answered, status: 200),
                in: service.ledger
            )
            _ = try await service.settle(open)
        } catch let error as LogError {
            // Nobody hears of it.
            guard !watch.isGone else { throw error }
            service.logger.error("the end of request \(open.id) could not be recorded: \(error)")
            let frame = ClientError(unrecorded: error, id: open.id).frame(
                for: errorShape.family,
                at: Clocks.wall
            )
            try await writer.write(ByteBuffer(bytes: frame))
            throw error
        }
        if let response = flowing.response {
            await LargeWork.run(on: response.count + open.client.body.count) {
                service.keepResponse(response, of: open)
            }
        }
        let end = flowing.terminator(comment: open.costLine)
        sent.add(end)
        if !end.isEmpty { try await writer.write(ByteBuffer(bytes: end)) }
        sent.isWhole = true
        try await writer.finish(nil)
        flowing.drain()
    }

    /// The failure that ended the stream: a stopping server closes its clients' connections, so its
    /// own end is looked at first.
    private func ended(early failure: ProviderFailure) -> ProviderFailure {
        if isStopping { return .stopped(clientGone: false) }
        return watch.isGone ? .stopped(clientGone: true) : failure
    }

    /// Whether the gateway stops and waits no longer.
    private var isStopping: Bool { Task.isCancelled || watch.isStopped }

    /// Tells the client that the answer broke off; no clean end follows.
    ///
    /// It throws where the connection ends with the answer.
    @concurrent private func sendError(
        _ failure: ProviderFailure,
        of open: RunningRequest,
        after flowing: FlowingAnswer,
        to writer: inout any ResponseBodyWriter
    ) async throws {
        // A body that only stops coming would leave the connection waiting for its end for ever.
        guard !watch.isGone else { throw ChannelError.ioOnClosedChannel }
        _ = try await service.settle(open)
        let error = RequestFailure.brokenOff(failure).clientError(for: open)
            .without(service.ledger.redaction)
        let frame = flowing.frame(of: error, at: Clocks.wall)
        if !frame.isEmpty { try await writer.write(ByteBuffer(bytes: frame)) }
        // Google's own SDK overlooks an error among its events, but not a connection that breaks off;
        // and nothing else tells that a sound or a file is not whole.
        if errorShape.family == .gemini || frame.isEmpty { throw failure }
        try await writer.finish(nil)
    }
}

extension RunningRequest {
    /// Records that the stream ended early.
    mutating func end(_ result: AttemptResult, in ledger: Ledger) throws(LogError) {
        let kind = result.failure?.kind
        let outcome: RequestOutcome =
            switch kind {
            case .clientGone: .cancelled
            case .interrupted: .interrupted
            default: .cut
            }
        try complete(
            result,
            RequestEnding(
                outcome: outcome,
                status: 200,
                failure: kind,
                message: outcome == .cut ? result.failure?.message : nil
            ),
            in: ledger
        )
    }
}
