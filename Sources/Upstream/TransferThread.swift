import CCurl
import Glibc
import Synchronization

/// The loop that runs all transfers of a client, on a thread of its own.
///
/// Each round takes commands, lets libcurl work on what is ready, ends what is finished or too late,
/// and only then hands everything to the readers, so that head, first bytes and end of a short
/// response arrive in one piece. Everything here is confined to the thread.
final class TransferThread {
    private let options: UpstreamOptions
    private let commands: CommandQueue
    private let sockets: SocketTable
    private let multi: MultiHandle
    private let deliveries = PendingDeliveries()
    private var freeHandles: [EasyHandle] = []
    private var transfers: [Transfer?] = []
    private var freeSlots: [Int] = []
    private var deadlines = DeadlineQueue()
    private var isClosed = false
    /// The time of this round: one reading serves all.
    private var now = SystemCalls.monotonicNanoseconds()

    init(options: UpstreamOptions, commands: CommandQueue) throws(UpstreamError) {
        self.options = options
        self.commands = commands
        sockets = try SocketTable(waking: commands.event)
        multi = try MultiHandle(sockets: sockets, options: options)
    }

    /// Runs until the command queue is closed.
    func run() {
        // SAFETY: freed when this function ends, and only it uses the buffer. 256 events a round are more
        // than are ever ready here.
        let events = UnsafeMutableBufferPointer<epoll_event>.allocate(capacity: 256)
        defer { unsafe events.deallocate() }
        var ready: [(socket: Int32, bits: Int32)] = []
        var batch: [Command] = []
        while !isClosed {
            unsafe sockets.wait(
                into: events,
                milliseconds: timeToSleep(),
                event: commands.event,
                ready: &ready
            )
            now = SystemCalls.monotonicNanoseconds()
            isClosed = commands.take(into: &batch)
            for command in batch { perform(command) }
            batch.removeAll(keepingCapacity: true)
            for (socket, bits) in ready { multi.act(on: socket, bits: bits) }
            ready.removeAll(keepingCapacity: true)
            if let timer = sockets.timer, timer <= now { multi.actOnTimer() }
            while let (easy, code) = multi.nextFinished() { finish(easy, code) }
            expire()
            deliver()
        }
        for case let transfer? in transfers { end(transfer, .failed(.shutDown)) }
        freeHandles = []
    }

    /// How long nothing can happen: 0 if something is due, −1 if only an event can wake us.
    private func timeToSleep() -> Int32 {
        guard commands.prepareToSleep() else { return 0 }
        let due = min(sockets.timer ?? .max, deadlines.next ?? .max)
        guard due != .max else { return -1 }
        let time = SystemCalls.monotonicNanoseconds()
        guard due > time else { return 0 }
        // Rounded up, so as not to wake just before.
        return Int32(clamping: (due - time + 999_999) / 1_000_000)
    }

    // MARK: Commands

    private func perform(_ command: Command) {
        switch command {
        case .start(let transfer): admit(transfer)
        case .cancel(let transfer): end(transfer, .failed(.cancelled))
        case .resume(let transfer): resume(transfer)
        }
    }

    private func admit(_ transfer: Transfer) {
        let slot = freeSlots.popLast() ?? transfers.count
        if slot == transfers.count { transfers.append(nil) }
        transfers[slot] = transfer
        transfer.slot = slot
        let decision = transfer.pool.state.withLock { state in
            let decision = state.admission.arrive(slot)
            if case .refuse = decision { state.refused += 1 }
            return decision
        }
        switch decision {
        case .start:
            run(transfer)
        case .wait:
            arm(transfer)
            admitWaiting(in: transfer.pool)
        case .refuse(let limit, let queued):
            leave(transfer, slot)
            transfer.deliver(
                ending: .failed(
                    .poolExhausted(pool: transfer.pool.name, limit: limit, queued: queued)
                )
            )
        }
    }

    private func admitWaiting(in pool: Pool) {
        guard !isClosed else { return }
        while let slot = pool.state.withLock({ $0.admission.admitNext() }) {
            if let transfer = transfers[slot] { run(transfer) }
        }
    }

    /// Hands a transfer that the pool has admitted to libcurl.
    private func run(_ transfer: Transfer) {
        transfer.admittedAt = now
        arm(transfer)
        guard let request = transfer.request else {
            preconditionFailure("a transfer has its request until it ends")
        }
        do {
            let easy = try takeHandle()
            easy.prepare(transfer, request)
            transfer.easy = easy
            multi.add(easy)
        } catch {
            end(transfer, .failed(error))
        }
    }

    private func takeHandle() throws(UpstreamError) -> EasyHandle {
        if let easy = freeHandles.popLast() { return easy }
        return try EasyHandle(options: options, deliveries: deliveries, sockets: sockets)
    }

    private func resume(_ transfer: Transfer) {
        guard let easy = transfer.easy, transfer.isPaused else { return }
        transfer.isPaused = false
        transfer.lastByteAt = now
        arm(transfer)
        if !easy.resume() {
            let bytes = transfer.bodyBytes
            end(transfer, .failed(.cut(endpoint: transfer.endpoint, bytesReceived: bytes)))
        }
    }

    // MARK: Ends

    private func finish(_ easy: EasyHandle, _ code: CURLcode) {
        guard let transfer = easy.transfer else { return }
        end(transfer, easy.ending(of: transfer, code: code))
    }

    /// Ends a transfer wherever it is; the first end counts.
    private func end(_ transfer: Transfer, _ ending: Mailbox.Ending) {
        guard let slot = transfer.slot else { return }
        var timings: UpstreamTimings?
        if let easy = transfer.easy {
            timings = easy.timings(of: transfer)
            multi.remove(easy)
            easy.release()
            if EasyHandle.mayBeUsedAgain { freeHandles.append(easy) }
            transfer.easy = nil
        }
        transfer.request = nil
        leave(transfer, slot)
        transfer.pool.state.withLock { state in
            if transfer.admittedAt == nil {
                _ = state.admission.withdraw(slot)
            } else {
                state.admission.depart()
            }
            if timings?.reusedConnection == true { state.reusedConnections += 1 }
        }
        transfer.deliver(ending: ending, timings: timings)
        admitWaiting(in: transfer.pool)
    }

    private func leave(_ transfer: Transfer, _ slot: Int) {
        transfer.slot = nil
        transfers[slot] = nil
        freeSlots.append(slot)
    }

    // MARK: Time and delivery

    private func arm(_ transfer: Transfer) {
        guard let slot = transfer.slot, let deadline = transfer.deadline else { return }
        deadlines.arm(slot, at: transfer.nextLook(before: deadline.time, at: now))
    }

    private func expire() {
        while let slot = deadlines.popDue(at: now) {
            guard let transfer = transfers[slot] else { continue }
            transfer.noteUpload(at: now)
            guard let deadline = transfer.deadline else { continue }
            if deadline.time <= now {
                end(transfer, .failed(deadline.error))
            } else {
                deadlines.arm(slot, at: transfer.nextLook(before: deadline.time, at: now))
            }
        }
    }

    private func deliver() {
        for transfer in deliveries.transfers {
            transfer.isTouched = false
            // What has ended was delivered with its end.
            guard transfer.slot != nil else { continue }
            if transfer.noteProgress(at: now) { arm(transfer) }
            transfer.deliver()
        }
        deliveries.transfers.removeAll(keepingCapacity: true)
    }
}
