import CCurl
import Glibc
import Synchronization

/// libcurl's sockets in an epoll set, and its one timer.
///
/// libcurl takes its interest in a connection back at the end of each exchange and states it again
/// at the start of the next. For connections, both are left out of the epoll set, which saves two
/// system calls per exchange: an idle connection stays registered until an event that nobody wants
/// (usually that the server closed it) takes it out. That is sound because connections are opened
/// here and, once they stand, closed here, so a reused descriptor number is noticed.
///
/// Two kinds of sockets libcurl closes without a word, and they are registered and removed at once:
/// its resolver's, and those whose connection failed or lost to another address (7.88,
/// `cf_socket_close`: "we did never publish it"). Confined to the transfer thread.
final class SocketTable {
    private struct Socket {
        /// What epoll watches.
        var registered: UInt32 = 0
        /// What libcurl wants watched.
        var wanted: UInt32 = 0
        /// The pool of the exchange that opened it; `nil` if it is no connection.
        var pool: Pool?
    }

    private let epoll: Descriptor
    /// Descriptor number → socket; small and dense, since the kernel gives out the lowest number.
    private var sockets: [Socket] = []
    /// Sockets whose change the kernel had no room for.
    private var waiting: Set<Int32> = []
    /// How long is waited before such a change is tried again: nothing tells when there is room, and the
    /// transfers have their own limits in time.
    private static let retryMilliseconds: Int32 = 20
    /// Descriptors that no connection gets: libdispatch opens a file once a second to see what its threads
    /// do, and ends the process where it gets none.
    private static let descriptorsKeptFree = 4
    /// When libcurl wants to be called though no socket is ready.
    private(set) var timer: UInt64?

    init(waking event: Descriptor) throws(UpstreamError) {
        epoll = try SystemCalls.makeEpoll()
        let readable = EPOLLIN.rawValue
        guard SystemCalls.control(epoll, socket: event.number, from: 0, to: readable) == .done
        else {
            throw .system("epoll_ctl has no room for the wake-up event")
        }
    }

    // MARK: From callbacks

    func open(family: Int32, type: Int32, protocolNumber: Int32, for pool: Pool) -> Int32 {
        let flags = Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let socket = Glibc.socket(family, type | flags, protocolNumber)
        guard socket >= 0 else { return CURL_SOCKET_BAD }
        if let refusal = descriptorRefusal() {
            Glibc.close(socket)
            errno = refusal
            return CURL_SOCKET_BAD
        }
        grow(toHold: socket)
        // If a failed attempt left its number behind, libcurl may hold the new socket for the old
        // one and not state its interest again.
        let leftInterest = sockets[Int(socket)].wanted
        forget(socket)
        sockets[Int(socket)].pool = pool
        pool.state.withLock { $0.open += 1 }
        sockets[Int(socket)].wanted = leftInterest
        register(socket, leftInterest)
        return socket
    }

    /// EMFILE where the process has no more descriptors than are kept free.
    func descriptorRefusal() -> Int32? {
        SystemCalls.hasFreeDescriptors(Self.descriptorsKeptFree) ? nil : EMFILE
    }

    func close(_ socket: Int32) {
        if Int(socket) < sockets.count { forget(socket) }
        // The kernel takes a closed descriptor out of the epoll set.
        Glibc.close(socket)
    }

    func setInterest(_ interest: Int32, of socket: Int32) {
        grow(toHold: socket)
        let wanted: UInt32 =
            switch interest {
            case CURL_POLL_IN: EPOLLIN.rawValue
            case CURL_POLL_OUT: EPOLLOUT.rawValue
            case CURL_POLL_INOUT: EPOLLIN.rawValue | EPOLLOUT.rawValue
            default: 0
            }
        let state = sockets[Int(socket)]
        sockets[Int(socket)].wanted = wanted
        let mayStay = wanted == 0 && state.pool != nil && state.registered == EPOLLIN.rawValue
        if !mayStay { register(socket, wanted) }
    }

    /// Whether a transfer's connection has the socket.
    func isConnection(_ socket: Int32) -> Bool { sockets[Int(socket)].pool != nil }

    func setTimer(milliseconds: Int) {
        timer =
            milliseconds < 0
            ? nil : SystemCalls.monotonicNanoseconds() + UInt64(milliseconds) * 1_000_000
    }

    // MARK: From the loop

    /// Forgets the timer, which fires once.
    func clearTimer() { timer = nil }

    /// Waits and returns the sockets that libcurl wants to hear of as (socket, CURL_CSELECT bits).
    func wait(
        into events: UnsafeMutableBufferPointer<epoll_event>,
        milliseconds: Int32,
        event: Descriptor,
        ready: inout [(socket: Int32, bits: Int32)]
    ) {
        tryAgain()
        let isLacking =
            !waiting.isEmpty && (milliseconds < 0 || milliseconds > Self.retryMilliseconds)
        let count = unsafe SystemCalls.wait(
            epoll,
            into: events,
            milliseconds: isLacking ? Self.retryMilliseconds : milliseconds
        )
        for index in 0..<count {
            // SAFETY: the kernel filled `count` events, each with the descriptor it was given.
            let (socket, bits) = unsafe (events[index].data.fd, events[index].events)
            if socket == event.number {
                SystemCalls.drain(event)
            } else if sockets[Int(socket)].wanted == 0 {
                register(socket, 0)
            } else {
                ready.append((socket, Self.selectBits(bits)))
            }
        }
    }

    private func register(_ socket: Int32, _ events: UInt32) {
        let old = sockets[Int(socket)].registered
        // What is no connection may have been closed without a word here: the kernel knows better.
        guard old != events || (sockets[Int(socket)].pool == nil && events != 0) else { return }
        switch SystemCalls.control(epoll, socket: socket, from: old, to: events) {
        case .done: sockets[Int(socket)].registered = events
        case .gone: forget(socket)
        case .lacking: waiting.insert(socket)
        }
    }

    /// Registers what there was no room for.
    private func tryAgain() {
        guard !waiting.isEmpty else { return }
        let sockets = waiting
        waiting = []
        for socket in sockets { register(socket, self.sockets[Int(socket)].wanted) }
    }

    /// Drops what is known of a socket that was closed.
    private func forget(_ socket: Int32) {
        sockets[Int(socket)].pool?.state.withLock { $0.open -= 1 }
        sockets[Int(socket)] = Socket()
        waiting.remove(socket)
    }

    private func grow(toHold socket: Int32) {
        while sockets.count <= Int(socket) { sockets.append(Socket()) }
    }

    private static func selectBits(_ events: UInt32) -> Int32 {
        var bits: Int32 = 0
        if events & (EPOLLIN.rawValue | EPOLLHUP.rawValue) != 0 { bits |= CURL_CSELECT_IN }
        if events & EPOLLOUT.rawValue != 0 { bits |= CURL_CSELECT_OUT }
        if events & EPOLLERR.rawValue != 0 { bits |= CURL_CSELECT_ERR }
        return bits
    }
}
