import Foundation
import Providers
import WriteAheadLog

/// Lines for people, on their way to a descriptor that may take none: a terminal that was stopped, a
/// pipe whose reader stalls, a full disk.
///
/// Whoever has something to say hands it over and goes on; one thread writes, and it alone waits. What
/// finds no room is dropped, counted, and told of once lines flow again (docs/decisions/0056).
public final class DiagnosticLines: Sendable {
    /// The lines that may wait: what a busy hour says, far more than a reader that pauses leaves behind.
    public static let lineLimit = 4_096
    /// The bytes that may wait, so that few long lines take no more memory than many short ones.
    public static let byteLimit = 1 << 20
    /// The bytes of one text; a longer one is cut, and shows that.
    public static let textLimit = 16 << 10

    private let queue: LineQueue

    /// Lines for a descriptor, which stays the caller's.
    ///
    /// - Parameters:
    ///   - descriptor: where they are written.
    ///   - lineLimit: how many may wait.
    ///   - byteLimit: how many bytes of them.
    public init(
        descriptor: Int32,
        lineLimit: Int = DiagnosticLines.lineLimit,
        byteLimit: Int = DiagnosticLines.byteLimit
    ) {
        let queue = LineQueue(lineLimit: lineLimit, byteLimit: byteLimit)
        self.queue = queue
        // It holds the queue alone, so that it ends when nobody can add to it any more.
        Thread(named: "logway-lines") { LineThread(queue, descriptor).run() }.start()
    }

    deinit { queue.close() }

    /// The lines that were dropped since the start.
    public var dropped: Int { queue.dropped }

    /// Hands over a text of whole lines, without waiting; the end of its last line may be missing.
    public func write(_ text: String) {
        let whole = text.hasSuffix("\n") ? text : text + "\n"
        let cut = whole.limited(toBytes: Self.textLimit)
        queue.add(Array(cut.utf8.count < whole.utf8.count ? (cut + "…\n").utf8 : whole.utf8))
    }

    /// Waits until what was handed over is written or lost, but no longer than this.
    ///
    /// - Returns: whether it is.
    @discardableResult
    public func flush(within limit: Duration) -> Bool { queue.waitUntilEmpty(within: limit) }
}
