import Events
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import Platform
import Providers

/// The end of a client's connection: requests come out of it one at a time, and answers go in.
///
/// HTTP/1.1 answers in order, so a request that arrives before the last one is answered waits here.
/// A request whose body came with its head is handed out whole; a longer body is handed out as a
/// stream, and is read as fast as it is taken.
///
/// `@unchecked Sendable` because everything that changes is touched on the event loop alone; what the
/// connection's task calls goes there first.
final class ClientConnection: ChannelDuplexHandler, RemovableChannelHandler,
    ServerChildChannelValue,
    @unchecked Sendable
{
    typealias InboundIn = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// How long a client may take to close a connection that was closed to it: one that is closed
    /// while the client still sends may lose the answer on its way.
    static let closeTimeout = TimeAmount.seconds(5)
    /// Parts of requests, and their bytes, that may wait for the answer before them: no more is read
    /// from then on than one turn of the socket gives.
    private static let backlogLimit = 16
    private static let backlogBytes = 64 << 10

    /// What is coming in.
    private enum Incoming {
        case nothing
        case beginning(HTTPRequest, ByteBuffer?)
        case body(RequestBodySource)
        /// The rest of a body that nobody reads.
        case unread

        var isNothing: Bool { if case .nothing = self { true } else { false } }
    }

    let channel: any Channel
    private let gate: InputGate
    private let counted = Counted(.connections)
    private var context: ChannelHandlerContext?
    private var incoming = Incoming.nothing
    /// Whether a request is being answered.
    private var isAnswering = false
    /// Whether the connection ends with the answer under way.
    private var isLast = false
    /// Whether nothing more comes in that counts.
    private var isInputEnded = false
    private var isClosed = false
    private var backlog = CircularBuffer<HTTPRequestPart>()
    private var backlogByteCount = 0
    /// Whether it is at rest, for those who look for a connection that can give way.
    let use = ConnectionUse()
    /// Whether it was let in; set before anything comes.
    var admission = ConnectionLimit.Admission.admitted
    /// Whether the reader of a body is too far behind for more of it.
    private var isReadPaused = false
    private var hasHeldRead = false
    /// A request that nobody has taken yet, and who waits for one.
    private var ready: Request?
    private var requestWaiter: CheckedContinuation<Request?, Never>?
    /// What keeps the connection alive while the answer under way is silent.
    var keepAlive: KeepAlive?
    /// Whether it is waited for that the socket takes the end of an answer.
    private var awaitsTaking = false
    /// Who waits for room to write.
    private var writers: [CheckedContinuation<Void, Never>] = []

    /// - Parameters:
    ///   - channel: the connection.
    ///   - gate: what its bytes pass first.
    init(_ channel: any Channel, behind gate: InputGate) {
        self.channel = channel
        self.gate = gate
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        close(ChannelError.ioOnClosedChannel)
        self.context = nil
    }
}

// MARK: - From the client

extension ClientConnection {
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isInputEnded else { return }
        let part = unwrapInboundIn(data)
        if part.isEnd { gate.requestEnded() }
        if isAnswering, case .nothing = incoming {
            backlog.append(part)
            if case .body(let bytes) = part { backlogByteCount += bytes.readableBytes }
        } else {
            receive(part)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        handOutBeginning()
        context.fireChannelReadComplete()
    }

    /// Reads on unless the reader of the body, or the answer before, is too far behind.
    func read(context: ChannelHandlerContext) {
        if isReadPaused || isBehind {
            hasHeldRead = true
        } else {
            context.read()
        }
    }

    private func receive(_ part: HTTPRequestPart) {
        switch (part, incoming) {
        case (.head(let head), _): incoming = .beginning(head, nil)
        case (.body(let bytes), .beginning(let head, nil)): incoming = .beginning(head, bytes)
        case (.body(var bytes), .beginning(let head, var body?)):
            incoming = .nothing  // So that the buffer is not copied.
            body.writeBuffer(&bytes)
            incoming = .beginning(head, body)
        case (.body(let bytes), .body(let source)): isReadPaused = !source.takesMore(after: bytes)
        case (.body, .unread), (.body, .nothing): break
        case (.end, .beginning(let head, let body)):
            incoming = .nothing
            dispatch(Request(head: head, body: RequestBody(buffer: body ?? ByteBuffer())))
        case (.end, .body(let source)):
            incoming = .nothing
            release()
            source.finish()
            if isLast { gate.shut() }
            processNext()
        case (.end, .unread), (.end, .nothing):
            incoming = .nothing
            processNext()
        }
    }

    /// Hands out a request whose body has not come to its end in this turn.
    private func handOutBeginning() {
        guard case .beginning(let head, let body) = incoming else { return }
        let (stream, source) = RequestBodySource.makeStream(for: self)
        incoming = .body(source)
        if let body { isReadPaused = !source.takesMore(after: body) }
        dispatch(Request(head: head, body: RequestBody(asyncSequence: stream)))
    }

    private func dispatch(_ request: Request) {
        isAnswering = true
        use.begin()
        isLast = request.head.isLastOfConnection || isInputEnded && backlog.isEmpty
        // Of one that is whole, nothing more is to come; another's body is.
        if isLast, incoming.isNothing { gate.shut() }
        if let requestWaiter {
            self.requestWaiter = nil
            requestWaiter.resume(returning: request)
        } else {
            ready = request
        }
    }

    /// Takes up the next request, once the last one is read and answered.
    private func processNext() {
        guard !isAnswering, case .nothing = incoming else { return }
        while !isAnswering || !incoming.isNothing, let part = backlog.popFirst() {
            if case .body(let bytes) = part { backlogByteCount -= bytes.readableBytes }
            receive(part)
        }
        handOutBeginning()
        if isInputEnded, !isAnswering { return finish() }
        release()
    }

    /// The reader of a body wants more.
    func resumeReading() {
        onLoop { self.release() }
    }

    /// Whether too much waits for the answer under way.
    private var isBehind: Bool {
        backlog.count > Self.backlogLimit || backlogByteCount > Self.backlogBytes
    }

    private func release() {
        isReadPaused = false
        guard hasHeldRead, !isBehind else { return }
        hasHeldRead = false
        context?.read()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed {
            endInput(ChannelError.inputClosed)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        close(ChannelError.ioOnClosedChannel)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A request that began well and broke off is the responder's to refuse, and to record.
        handOutBeginning()
        let isUnanswered = !isAnswering && !isInputEnded
        guard let error = error as? HTTPParserError else {
            endInput(error)
            return context.close(promise: nil)
        }
        // Whole requests that came before what is none are answered in their turn.
        while let part = backlog.last, !part.isEnd {
            if case .body(let bytes) = part { backlogByteCount -= bytes.readableBytes }
            backlog.removeLast()
        }
        let refusal = ClientError(unparsed: error, firstLineBytes: gate.firstLineBytes)
        endInput(error, refusal: isUnanswered ? refusal : nil, keepsWaiting: true)
    }

    /// What comes now, if anything does, is no request any more.
    private func endInput(
        _ error: any Error,
        refusal: ClientError? = nil,
        keepsWaiting: Bool = false
    ) {
        guard !isInputEnded else { return }
        isInputEnded = true
        gate.shut()
        if !keepsWaiting {
            backlog.removeAll()
            backlogByteCount = 0
        }
        isLast = backlog.isEmpty
        if case .body(let source) = incoming { source.finish(error) }
        incoming = .nothing
        release()
        if let refusal { refuse(refusal) }
        if !isAnswering { finish() }
    }

    /// Answers what nobody can tell the family of.
    private func refuse(_ error: ClientError) {
        let body = ByteBuffer(bytes: error.body(for: .openai, at: Clocks.wall))
        var head = error.response(for: .openai).head
        head.headerFields[.connection] = "close"
        if let seconds = error.retryAfter { head.headerFields[.retryAfter] = String(seconds) }
        head.headerFields[.date] = ResponseDates.format(of: Clocks.wall)
        head.headerFields[.contentLength] = String(body.readableBytes)
        write(.head(head), flush: false)
        write(.body(body), flush: false)
        write(.end(nil), flush: true)
    }

    private func close(_ error: any Error) {
        guard !isClosed else { return }
        isClosed = true
        keepAlive?.end()
        keepAlive = nil
        endInput(error)
        finish()
        for writer in writers { writer.resume() }
        writers = []
    }

    /// No request follows.
    private func finish() {
        requestWaiter?.resume(returning: nil)
        requestWaiter = nil
    }
}

// MARK: - To the client

extension ClientConnection {
    /// The next request; `nil` when there is none any more.
    func next() async -> Request? {
        await withCheckedContinuation { take($0) }
    }

    private func take(_ continuation: CheckedContinuation<Request?, Never>) {
        guard channel.eventLoop.inEventLoop else {
            return channel.eventLoop.execute { self.take(continuation) }
        }
        if let ready {
            self.ready = nil
            continuation.resume(returning: ready)
        } else if isClosed || (isInputEnded && !isAnswering) {
            continuation.resume(returning: nil)
        } else {
            requestWaiter = continuation
        }
    }

    /// Answers the request that was taken last.
    ///
    /// An answer that breaks off ends the connection, so that no client takes it for whole.
    func send(_ response: Response) async {
        if response.headers.hasConnectionOption("close") { onLoop { self.isLast = true } }
        let isWhole = response.body.contentLength != nil
        // A stream that a ping began can't become another answer; who answers for it knows.
        if isWhole, await hasBegun() { return channel.close(promise: nil) }
        send(.head(response.head), flush: !isWhole)
        // A long one goes as fast as its client takes it, or all of it would lie here.
        let isShort = (response.body.contentLength ?? .max) <= ResponseBody.pieceBytes
        do {
            try await response.body.write(ResponseBodySink(connection: self, isWhole: isShort))
        } catch {
            channel.close(promise: nil)
        }
    }

    func send(_ part: HTTPResponsePart, flush: Bool) {
        // The connection's task runs there, so that this is a call and no closure.
        guard channel.eventLoop.inEventLoop else {
            return channel.eventLoop.execute { self.send(part, flush: flush) }
        }
        write(part, flush: flush)
        if case .end = part { answered() }
    }

    /// Whether a ping brought the head of the answer under way.
    private func hasBegun() async -> Bool {
        guard !channel.eventLoop.inEventLoop else { return keepAlive?.hasBegun ?? false }
        return await withCheckedContinuation { continuation in
            channel.eventLoop.execute {
                continuation.resume(returning: self.keepAlive?.hasBegun ?? false)
            }
        }
    }

    private func write(_ part: HTTPResponsePart, flush: Bool) {
        guard let context else { return }
        var part = part
        // So that no client sends another request on it (RFC 9112, section 9.6).
        if isLast, case .head(var head) = part, !head.headerFields.hasConnectionOption("close") {
            head.headerFields[.connection] = "close"
            part = .head(head)
        }
        if let keepAlive {
            switch part {
            case .head: if !keepAlive.headComes() { return }
            case .body: keepAlive.wrote()
            case .end: keepAlive.end()
            }
        }
        context.write(wrapOutboundOut(part), promise: nil)
        if flush { context.flush() }
    }

    /// Closes the connection if no request of it is under way (RFC 9112, section 9.5: a server may do
    /// that at any time, and clients ask again).
    ///
    /// One that has never asked is answered as if it had not been let in: its first request may be on its
    /// way, and few clients ask again that were cut off before any answer.
    func giveWay(to connections: ConnectionLimit) {
        onLoop {
            guard !self.isAnswering, self.untaken == 0 else {
                self.use.stay()
                return self.restOnceTaken()
            }
            // The rest of a body that nobody reads is on its way: that ends soon.
            guard self.incoming.isNothing else {
                return self.use.rest(at: Clocks.monotonicMicroseconds)
            }
            guard self.use.begunCount == 0, connections.turnsAway(self) else {
                return self.channel.close(promise: nil)
            }
            self.endInput(ChannelError.inputClosed, refusal: .noConnection)
        }
    }

    /// Answers whatever its client wants with an error, takes no request, and closes.
    func turnAway(_ error: ClientError) async {
        onLoop { self.endInput(ChannelError.inputClosed, refusal: error) }
        await end()
    }

    /// Closes a connection that was turned away without waiting for its client, once it was told.
    func endFarewell() {
        onLoop {
            guard self.isInputEnded, !self.isAnswering, self.untaken == 0 else { return }
            self.channel.close(promise: nil)
        }
    }

    /// The bytes of answers that the socket has not taken: to close the channel would drop them.
    private var untaken: Int {
        do {
            return try channel.syncOptions?.getOption(.bufferedWritableBytes) ?? 0
        } catch {
            return 0  // It is closed.
        }
    }

    /// Counts the connection as at rest as soon as its socket has the whole answer.
    private func restOnceTaken() {
        guard !isAnswering, !isClosed else { return }
        guard untaken > 0 else { return use.rest(at: Clocks.monotonicMicroseconds) }
        guard !awaitsTaking else { return }
        awaitsTaking = true
        gate.whenTaken {
            self.awaitsTaking = false
            self.restOnceTaken()
        }
    }

    /// Goes on with what comes after a request that is answered.
    private func answered() {
        isAnswering = false
        restOnceTaken()
        keepAlive = nil
        if case .body(let source) = incoming {
            source.finish(ChannelError.inputClosed)
            incoming = .unread
            release()
        }
        if isLast {
            isInputEnded = true
            gate.shut()
            // Nobody answers what waits. It must not keep the socket from being read either, or closing it
            // would reset it, and take the answer along.
            backlog.removeAll()
            backlogByteCount = 0
            release()
            finish()
        } else {
            processNext()
        }
    }

    /// Suspends while the client has to take what was written, until then or until it is gone.
    func roomToWrite() async {
        guard !channel.isWritable else { return }
        await withCheckedContinuation { continuation in
            onLoop {
                if self.isClosed || self.channel.isWritable {
                    continuation.resume()
                } else {
                    self.writers.append(continuation)
                }
            }
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            let writers = writers
            self.writers = []
            for writer in writers { writer.resume() }
        }
        context.fireChannelWritabilityChanged()
    }

    /// Closes the connection after what was written, and waits for its end.
    func end() async {
        channel.close(mode: .output, promise: nil)
        let late = channel.eventLoop.scheduleTask(in: Self.closeTimeout) {
            self.channel.close(promise: nil)
        }
        do { try await channel.closeFuture.get() } catch {}
        late.cancel()
    }

    /// Runs at once on the event loop, and soon from elsewhere.
    private func onLoop(_ body: @escaping @Sendable () -> Void) {
        if channel.eventLoop.inEventLoop { body() } else { channel.eventLoop.execute(body) }
    }
}
