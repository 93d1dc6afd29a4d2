// The system calls of this module. The rule for errno: a call that fails with EINTR did nothing and
// is repeated; any other failure is either returned with its errno or a programming error, such as
// EBADF, that stops the process.
import CCurl
import Glibc

/// A descriptor that closes itself.
final class Descriptor: Sendable {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { close(number) }
}

enum SystemCalls {
    /// Nanoseconds of the monotonic clock.
    static func monotonicNanoseconds() -> UInt64 {
        var time = timespec()
        // SAFETY: the structure lives on this stack for the length of the call.
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Whether the process may have so many descriptors more.
    ///
    /// They are looked for and not taken, since whoever needs one would find none meanwhile; from the
    /// highest number down, since the kernel gives the lowest first, so that a few looks are enough but
    /// where there is a lack.
    static func hasFreeDescriptors(_ wanted: Int) -> Bool {
        var limit = rlimit()
        // SAFETY: writes the one local structure.
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return true
        }
        var free = 0
        var number = Int32(clamping: limit.rlim_cur)
        while free < wanted, number > 0 {
            number -= 1
            if fcntl(number, F_GETFD) < 0 { free += 1 }
        }
        return free == wanted
    }

    static func makeEpoll() throws(UpstreamError) -> Descriptor {
        try descriptor(epoll_create1(Int32(EPOLL_CLOEXEC)), of: "epoll_create1")
    }

    static func makeEvent() throws(UpstreamError) -> Descriptor {
        try descriptor(
            eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK)),
            of: "eventfd"
        )
    }

    private static func descriptor(
        _ number: Int32,
        of call: String
    ) throws(UpstreamError)
        -> Descriptor
    {
        guard number >= 0 else { throw .system("\(call) failed with errno \(errno)") }
        return Descriptor(number)
    }

    /// Wakes whoever polls the event.
    static func signal(_ event: Descriptor) {
        // EAGAIN would mean that 2⁶⁴ − 1 signals are pending: it is awake.
        var one: UInt64 = 1
        // SAFETY: reads eight bytes of a local.
        _ = unsafe write(event.number, &one, 8)
    }

    /// Takes the signals that are pending.
    static func drain(_ event: Descriptor) {
        var count: UInt64 = 0
        // SAFETY: writes eight bytes into a local.
        _ = unsafe read(event.number, &count, 8)
    }

    /// What became of a change of an epoll set.
    enum Control {
        case done
        /// It was to be removed and had left the set by itself, as a descriptor does that is closed.
        case gone
        /// The kernel has no memory, or the user too many sockets watched
        /// (`/proc/sys/fs/epoll/max_user_watches`); nothing was changed.
        case lacking
    }

    /// Adds, changes or (with no events) removes `socket` in an epoll set.
    @discardableResult
    static func control(
        _ epoll: Descriptor,
        socket: Int32,
        from old: UInt32,
        to new: UInt32
    ) -> Control {
        // SAFETY: `fd` is the only member of the union that is ever used.
        var event = unsafe epoll_event()
        unsafe event.events = new
        unsafe event.data.fd = socket
        var operation = new == 0 ? EPOLL_CTL_DEL : old == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD
        // SAFETY: the structure lives on this stack for the length of the call.
        var result = unsafe epoll_ctl(epoll.number, operation, socket, &event)
        // The number of a descriptor that was closed may be in use again: then `old` is wrong.
        if result != 0 && operation == EPOLL_CTL_MOD && errno == ENOENT {
            operation = EPOLL_CTL_ADD
            result = unsafe epoll_ctl(epoll.number, operation, socket, &event)
        }
        guard result != 0 else { return .done }
        let code = errno
        if code == ENOMEM || code == ENOSPC { return .lacking }
        precondition(new == 0, "epoll_ctl of \(socket) failed with errno \(code)")
        return .gone
    }

    /// Waits for events; an empty result after the timeout (−1: none) or a signal.
    static func wait(
        _ epoll: Descriptor,
        into events: UnsafeMutableBufferPointer<epoll_event>,
        milliseconds: Int32
    ) -> Int {
        // SAFETY: the kernel writes at most as many events as the buffer holds.
        let count = unsafe epoll_wait(
            epoll.number,
            events.baseAddress,
            Int32(events.count),
            milliseconds
        )
        guard count < 0 else { return Int(count) }
        precondition(errno == EINTR, "epoll_wait failed with errno \(errno)")
        return 0
    }
}
