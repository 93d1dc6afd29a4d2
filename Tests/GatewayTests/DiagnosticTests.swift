import Foundation
import TestSupport
import Testing

@testable import Gateway

/// Lines for people reach whoever reads, and hold up nobody where nobody does.
struct DiagnosticTests {
    /// A pipe that holds as little as the system allows.
    private func narrowPipe() -> (reader: Int32, writer: Int32) {
        var ends: [Int32] = [0, 0]
        unsafe #expect(pipe(&ends) == 0)
        #expect(fcntl(ends[1], Self.setPipeSize, 4_096) >= 4_096)
        return (ends[0], ends[1])
    }

    /// `F_SETPIPE_SZ` of Linux.
    private static let setPipeSize: Int32 = 1_031

    /// What comes out of a descriptor until it is enough.
    private func read(_ descriptor: Int32, until isEnough: (String) -> Bool) -> String {
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !isEnough(String(decoding: text, as: UTF8.self)) {
            let count = unsafe Foundation.read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            text += buffer[..<count]
        }
        return String(decoding: text, as: UTF8.self)
    }

    private func read(_ descriptor: Int32, through end: String) -> String {
        read(descriptor) { $0.contains(end) }
    }

    /// The numbers of the lines in a text, each in its place, and how many it says are missing.
    private func account(for text: String) -> (next: Int, missing: Int, isInOrder: Bool) {
        var account = (next: 0, missing: 0, isInOrder: true)
        // What follows the last line's end may be half a line.
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            if line.hasPrefix("line ") {
                account.isInOrder = account.isInOrder && line == "line \(account.next)"
                account.next += 1
            } else if line.hasSuffix("in time"), let count = Int(line.split(separator: " ")[2]) {
                account.missing += count
                account.next += count
            }
        }
        return account
    }

    @Test func `lines come out in order and whole`() {
        let (reader, writer) = narrowPipe()
        let lines = DiagnosticLines(descriptor: writer)
        for index in 0..<100 { lines.write("line \(index)") }
        let text = read(reader, through: "line 99\n")
        #expect(text == (0..<100).map { "line \($0)\n" }.joined())
        #expect(lines.flush(within: .seconds(60)))
        #expect(lines.dropped == 0)
        close(reader)
        close(writer)
    }

    @Test(arguments: [(64, 1 << 20), (1 << 20, 4_096)])
    func `what nobody reads is dropped past the limits and told of once it flows`(
        limits: (lines: Int, bytes: Int)
    ) {
        let (reader, writer) = narrowPipe()
        // The pipe is full, so that the thread waits with the first lines in hand.
        #expect(fcntl(writer, F_SETFL, O_NONBLOCK) == 0)
        var filling = Array("filling\n".utf8)
        while unsafe Foundation.write(writer, &filling, filling.count) == filling.count {}
        #expect(fcntl(writer, F_SETFL, 0) == 0)
        let lines = DiagnosticLines(
            descriptor: writer,
            lineLimit: limits.lines,
            byteLimit: limits.bytes
        )
        // More than the thread's batch and the queue hold together; it returns at once.
        for index in 0..<10_000 { lines.write("line \(index)") }
        let dropped = lines.dropped
        #expect(dropped > 0)
        #expect(!lines.flush(within: .milliseconds(10)), "nobody reads")

        let text = read(reader) { account(for: $0).next >= 10_000 }
        let found = account(for: text)
        #expect(found.isInOrder && found.next == 10_000, "each is there, or told of in its place")
        #expect(found.missing == dropped)
        #expect(lines.flush(within: .seconds(60)))
        #expect(lines.dropped == dropped)
        close(reader)
        close(writer)
    }

    @Test func `a reader that is gone loses lines and nothing else`() {
        signal(SIGPIPE, SIG_IGN)
        let (reader, writer) = narrowPipe()
        let lines = DiagnosticLines(descriptor: writer)
        close(reader)
        for index in 0..<10 { lines.write("line \(index)\nand another") }
        #expect(lines.flush(within: .seconds(60)))
        #expect(lines.dropped == 20)
        close(writer)
    }

    @Test func `a closed descriptor loses lines and nothing else`() {
        let lines = DiagnosticLines(descriptor: -1)
        lines.write("a line")
        #expect(lines.flush(within: .seconds(60)))
        #expect(lines.dropped == 1)
    }

    @Test func `a full disk loses lines, which is told of when there is room again`() throws {
        let full = unsafe open("/dev/full", O_WRONLY)
        let (reader, writer) = narrowPipe()
        // The descriptor stays the same, as that of standard error does.
        let descriptor = dup(full)
        let lines = DiagnosticLines(descriptor: descriptor)
        lines.write("lost")
        #expect(lines.flush(within: .seconds(60)))
        dup2(writer, descriptor)
        lines.write("kept")
        let text = read(reader, through: "kept\n")
        #expect(text.contains(" warning 1 lines are missing here"))
        #expect(text.hasSuffix("\nkept\n"))
        for opened in [full, reader, writer, descriptor] { close(opened) }
    }

    @Test func `a descriptor that never waits is waited for by the thread alone`() {
        let (reader, writer) = narrowPipe()
        #expect(fcntl(writer, F_SETFL, O_NONBLOCK) == 0)
        let lines = DiagnosticLines(descriptor: writer)
        for index in 0..<2_000 { lines.write("line \(index)") }
        let text = read(reader, through: "line 1999\n")
        #expect(text.split(separator: "\n").count == 2_000)
        #expect(lines.dropped == 0)
        close(reader)
        close(writer)
    }

    @Test func `a long text is cut and one of too many lines is dropped`() {
        let (reader, writer) = narrowPipe()
        let lines = DiagnosticLines(descriptor: writer, lineLimit: 2)
        lines.write(String(repeating: "ä", count: DiagnosticLines.textLimit))
        let text = read(reader, through: "…\n")
        #expect(text.utf8.count <= DiagnosticLines.textLimit + 4)
        #expect(lines.flush(within: .seconds(60)))
        lines.write("1\n2\n3")
        lines.write("4")
        #expect(read(reader, through: "\n").contains(" lines are missing here"))
        close(reader)
        close(writer)
    }
}
