import Glibc
import UnixSignals

/// The signals that end the gateway in good order.
enum StopSignals {
    /// SIGTERM, SIGINT, and SIGHUP, by which a closed terminal ends what runs in it; not the last one
    /// where whoever started the process (`nohup`) made it deaf to that.
    static var heeded: [UnixSignal] {
        isHangUpIgnored ? [.sigterm, .sigint] : [.sigterm, .sigint, .sighup]
    }

    private static var isHangUpIgnored: Bool {
        var action = sigaction()
        // SAFETY: it fills the local structure in, and changes nothing.
        guard unsafe sigaction(SIGHUP, nil, &action) == 0 else { return false }
        // SAFETY: both are addresses, and neither is called.
        let handler = unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
        return unsafe handler == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
