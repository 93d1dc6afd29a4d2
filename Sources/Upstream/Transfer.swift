import Synchronization

/// One exchange as the transfer thread sees it.
///
/// `@unchecked Sendable` because other threads touch only the constants and the mailbox, which has
/// a lock; every `var` belongs to the transfer thread, which gets the object through the command
/// queue's lock.
final class Transfer: @unchecked Sendable {
    /// Where the transfer is; each phase has its deadline.
    enum Phase {
        /// In the pool's queue, or connecting (where libcurl keeps the time).
        case starting
        case awaitingFirstByte(since: UInt64)
        case streaming
    }

    let endpoint: String
    let timeouts: UpstreamTimeouts
    let pool: Pool
    let startedAt: UInt64
    let mailbox = Mutex(Mailbox())
    /// Whether the reader has found content in the body, where the first token is waited for.
    let contentBegan = Atomic(false)

    /// Released as soon as the transfer has ended.
    var request: PreparedRequest?
    /// The thread's number for it while it lives there.
    var slot: Int?
    /// What carries it out, once the pool has admitted it.
    var easy: EasyHandle?
    var admittedAt: UInt64?
    var phase = Phase.starting
    /// Whether the reader holds it back.
    var isPaused = false
    var lastByteAt: UInt64 = 0
    /// The connection that libcurl last named for it.
    var socket: Int32?
    /// How far the body of the request is, until the upstream has all of it.
    private var upload: UploadProgress?

    // What callbacks collected since the last delivery.
    var isTouched = false
    var requestWasSent = false
    var hasHead = false
    var bodyBytes = 0
    /// Why a callback refused to go on.
    var refusal: UpstreamError?
    /// The errno by which the system gave no socket, where it did not the last time.
    var socketRefusal: Int32?
    /// Whether an address of IPv6 was tried, which a machine may lack altogether.
    var triedIPv6 = false
    private var parser = ResponseHeadParser()
    private var newHead: UpstreamHead?
    private var pending: [UInt8] = []
    /// Bytes that waited for the reader when last looked at: at least as many as now.
    private var waiting = 0

    /// Without a request it is one that was refused and never reaches the thread.
    init(_ request: PreparedRequest?, timeouts: UpstreamTimeouts, pool: Pool) {
        self.request = request
        endpoint = request?.endpoint ?? ""
        self.timeouts = timeouts
        self.pool = pool
        startedAt = SystemCalls.monotonicNanoseconds()
    }

    // MARK: From callbacks

    /// Takes a header line; `false` refuses the response.
    func receive(headerLine: Span<UInt8>) -> Bool {
        do {
            if let head = try parser.take(headerLine) {
                newHead = head
                hasHead = true
            }
            return true
        } catch {
            refusal =
                switch error {
                case .tooManyBytes:
                    .headerTooLarge(endpoint: endpoint, limit: ResponseHeadParser.byteLimit)
                case .tooManyHeaders:
                    .tooManyHeaders(endpoint: endpoint, limit: ResponseHeadParser.countLimit)
                case .malformedStatus:
                    .protocolViolation(endpoint: endpoint, reason: "malformed status line")
                }
            return false
        }
    }

    /// Takes bytes of the body; `false` when the reader is too far behind, so that libcurl has to
    /// keep them and pause.
    func receive(body: UnsafeBufferPointer<UInt8>, limit: Int) -> Bool {
        if pending.count + waiting >= limit {
            let room = mailbox.withLock { $0.roomFor(pending: pending.count, limit: limit) }
            guard let room else {
                isPaused = true
                return false
            }
            waiting = room
        }
        // SAFETY: libcurl's buffer is valid during the callback, and it is copied here.
        unsafe pending.append(contentsOf: body)
        bodyBytes += body.count
        return true
    }

    // MARK: From the loop

    /// Hands everything collected to the reader: one lock and at most one resumption, however many
    /// callbacks there were.
    func deliver(ending: Mailbox.Ending? = nil, timings: UpstreamTimings? = nil) {
        let count = pending.count
        let waiter = mailbox.withLock { mailbox in
            mailbox.deliver(head: newHead, body: &pending, ending: ending, timings: timings)
        }
        waiting += count
        newHead = nil
        pending.removeAll(keepingCapacity: true)
        waiter?.resume()
    }

    /// Moves the clocks on by what callbacks saw; whether another deadline applies now.
    func noteProgress(at now: UInt64) -> Bool {
        var isNewPhase = false
        if requestWasSent {
            requestWasSent = false
            phase = .awaitingFirstByte(since: now)
            upload = request.flatMap { unsafe UploadProgress(of: $0.body.count, since: now) }
            isNewPhase = true
        }
        guard !pending.isEmpty else { return isNewPhase }
        let isFirst = lastByteAt == 0
        lastByteAt = now
        guard case .awaitingFirstByte = phase else { return isNewPhase }
        if timeouts.awaitsContent, !contentBegan.load(ordering: .relaxed) {
            return isFirst || isNewPhase
        }
        phase = .streaming
        return true
    }

    /// Looks how much of the request's body the upstream has taken.
    func noteUpload(at now: UInt64) {
        guard let easy, case .awaitingFirstByte = phase, upload != nil else { return }
        if timeouts.readsOneByOne, pool.state.withLock({ $0.admission.inUse }) > 1 {
            upload?.restart(at: now)
        }
        if upload?.note(easy.upload(over: socket), at: now) == true { upload = nil }
    }

    /// When it has to have made progress, and what it is told if it has not.
    var deadline: (time: UInt64, error: UpstreamError)? {
        let flows = timeouts.awaitsContent && contentBegan.load(ordering: .relaxed)
        let total = (flows ? nil : timeouts.total).map { limit in
            (startedAt.adding(limit), UpstreamError.totalTimeout(endpoint: endpoint, limit: limit))
        }
        let idle: (UInt64, UpstreamError)? =
            isPaused || lastByteAt == 0
            ? nil
            : timeouts.idle.map { limit in
                (lastByteAt.adding(limit), .idleTimeout(endpoint: endpoint, limit: limit))
            }
        let step: (UInt64, UpstreamError)? =
            switch phase {
            case .starting: nil
            case .awaitingFirstByte(let since):
                contentBegan.load(ordering: .relaxed)
                    ? idle
                    : Self.earlier(
                        stalledUpload,
                        timeouts.firstToken.map { limit in
                            (
                                since.adding(limit),
                                .firstTokenTimeout(endpoint: endpoint, limit: limit)
                            )
                        }
                    )
            case .streaming: idle
            }
        return Self.earlier(step, total)
    }

    private var stalledUpload: (UInt64, UpstreamError)? {
        guard let upload, let limit = timeouts.idle else { return nil }
        return (
            upload.lastAt.adding(limit),
            .uploadTimeout(
                endpoint: endpoint,
                limit: limit,
                mayHaveAll: upload.isHandedOver
            )
        )
    }

    /// When to look at its deadline, which may be another by then: the thread is not told when the
    /// reader finds content, and from then on a pause has its own; nor when the upstream takes
    /// something of the request.
    func nextLook(before deadline: UInt64, at now: UInt64) -> UInt64 {
        guard case .awaitingFirstByte = phase, let idle = timeouts.idle else { return deadline }
        var look = deadline
        if upload != nil { look = min(look, now.adding(idle / UploadProgress.looks)) }
        if lastByteAt > 0 {
            let pause = lastByteAt.adding(idle)
            look = min(look, pause > now ? pause : now.adding(idle))
        }
        return look
    }

    private static func earlier(
        _ one: (UInt64, UpstreamError)?,
        _ other: (UInt64, UpstreamError)?
    ) -> (UInt64, UpstreamError)? {
        guard let one, let other else { return one ?? other }
        return one.0 < other.0 ? one : other
    }
}

extension UInt64 {
    /// This time in nanoseconds plus a duration; far in the future rather than past the end.
    func adding(_ duration: Duration) -> UInt64 {
        let (seconds, attoseconds) = duration.components
        guard seconds < 1_000_000_000 else { return .max }  // 31 years.
        return self + UInt64(Swift.max(0, seconds)) * 1_000_000_000
            + UInt64(Swift.max(0, attoseconds) / 1_000_000_000)
    }
}
