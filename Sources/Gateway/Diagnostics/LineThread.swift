import Glibc
import Platform

/// Writes lines as they come; whatever its descriptor does, nobody but it waits.
///
/// A descriptor that is closed, broken or full takes nothing: what was meant for it is counted, and the
/// next lines are tried again, since a disk may have room again and a rotated file be reopened.
struct LineThread {
    private let queue: LineQueue
    private let descriptor: Int32
    /// Lines that could not be written and have not been told of.
    private var untold = 0
    /// Whether the last bytes that were taken end within a line.
    private var isTorn = false

    init(_ queue: LineQueue, _ descriptor: Int32) {
        self.queue = queue
        self.descriptor = descriptor
    }

    consuming func run() {
        while let batch = queue.next() { queue.ended(lost: write(batch)) }
    }

    /// Writes lines between the words on those that are missing before and after them.
    ///
    /// - Returns: how many of them were lost.
    private mutating func write(_ batch: LineQueue.Batch) -> Int {
        var text: [UInt8] = []
        if untold > 0 {
            if isTorn { text.append(UInt8(ascii: "\n")) }
            text += Self.words(onMissing: untold)
        }
        let start = text.count
        text += batch.bytes
        if batch.droppedAfter > 0 { text += Self.words(onMissing: batch.droppedAfter) }
        let taken = write(text)
        guard taken < text.count else {
            untold = 0
            isTorn = false
            return 0
        }
        if taken > 0 { isTorn = text[taken - 1] != UInt8(ascii: "\n") }
        guard taken >= start else {
            untold += batch.lines + batch.droppedAfter
            return batch.lines
        }
        let whole = text[start..<taken].count { $0 == UInt8(ascii: "\n") }
        let lost = max(0, batch.lines - whole)
        untold = lost + batch.droppedAfter
        return lost
    }

    /// How many of the bytes the descriptor took.
    private func write(_ text: [UInt8]) -> Int {
        var taken = 0
        while taken < text.count {
            let count = unsafe text[taken...].withUnsafeBytes { bytes in
                // SAFETY: the bytes stay in place for the call.
                unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
            }
            if count > 0 {
                taken += count
            } else if count < 0, errno == EAGAIN {
                // Whoever shares the descriptor made it so that it never waits; this thread does.
                var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = unsafe poll(&wanted, 1, -1)
            } else if count == 0 || errno != EINTR {
                return taken
            }
        }
        return taken
    }

    private static func words(onMissing lines: Int) -> [UInt8] {
        let words = "lines are missing here: nobody took them in time"
        return Array("\(Clocks.wall) warning \(lines) \(words)\n".utf8)
    }
}
