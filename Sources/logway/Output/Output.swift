import Events
import Foundation
import Gateway
import Rainbow
import Synchronization

/// Where results and complaints go: results to standard output, everything else to standard error.
enum Output {
    /// How long an end of the process waits for lines that nobody takes.
    private static let flushTimeout = Duration.seconds(1)

    /// The lines of a process that waits for none of its readers.
    private struct Queued {
        let results = DiagnosticLines(descriptor: STDOUT_FILENO)
        let complaints = DiagnosticLines(descriptor: STDERR_FILENO)
    }

    private static let queued = Mutex<Queued?>(nil)

    /// Makes a process that serves independent of whoever reads what it says: from here on texts for
    /// people are handed over and never waited for, but for a moment at the end.
    ///
    /// - Returns: the lines of standard error.
    static func stopWaiting() -> DiagnosticLines {
        let (lines, isFirst) = queued.withLock { queued in
            let now = queued ?? Queued()
            defer { queued = now }
            return (now.complaints, queued == nil)
        }
        if isFirst { atexit { Output.flush() } }
        return lines
    }

    private static func flush() {
        guard let queued = queued.withLock({ $0 }) else { return }
        queued.results.flush(within: flushTimeout)
        queued.complaints.flush(within: flushTimeout)
    }

    /// Writes what a server says of itself to standard output; that nobody reads it is no matter.
    static func announce(_ text: String) {
        guard let queued = queued.withLock({ $0 }) else { return write(text) }
        queued.results.write(text)
    }

    /// Writes a result; ends the process quietly when nobody reads it any more, and with exit
    /// code 1 when it can't be written, so that no script takes half a result for a whole one.
    static func write(_ text: String) {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
        } catch {
            let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
            if let cause, cause.domain == NSPOSIXErrorDomain, cause.code == Int(EPIPE) { exit(0) }
            Output.error("the result can't be written: \((cause ?? error).localizedDescription)")
            exit(1)
        }
    }

    /// Ends the process quietly when nobody reads the result any more, which a command that waits
    /// for something to write would not notice.
    static func endIfUnread() {
        var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
        // A pipe without a reader is told of unasked.
        // SAFETY: the call reads and writes the one local structure.
        if unsafe poll(&output, 1, 0) > 0, Int32(output.revents) & POLLERR != 0 { exit(0) }
    }

    /// Writes a line of a result.
    static func line(_ text: String) {
        write(text + "\n")
    }

    /// Writes a page whose lines without indent are headings.
    ///
    /// Rainbow leaves texts as they are where standard output is no terminal or NO_COLOR is set.
    static func page(_ text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.isEmpty || line.hasPrefix(" ") ? String(line) : String(line).bold
        }
        write(lines.joined(separator: "\n"))
    }

    /// Writes a table with its status words in colour.
    static func status(_ text: String) {
        let words = text.replacing(/\b(unhealthy|degraded|healthy)\b/) { match in
            switch match.output.0 {
            case "unhealthy": String(match.output.0).red
            case "degraded": String(match.output.0).yellow
            default: String(match.output.0).green
            }
        }
        write(words)
    }

    /// What is a secret: keys by their looks, and those of the configuration once it was read.
    private static let redaction = Mutex(Redaction())

    /// Keeps more secrets out of standard error from here on.
    static func hide(_ secrets: Redaction) {
        redaction.withLock { $0 = Redaction([$0, secrets]) }
    }

    /// Says what went wrong.
    static func error(_ message: String) {
        errorText("logway: " + message)
    }

    /// Writes a text for people to standard error; there is nobody left to tell when that fails.
    static func errorText(_ text: String) {
        let text = redaction.withLock(\.self).masked(text)
        if let queued = queued.withLock({ $0 }) { return queued.complaints.write(text) }
        writeError(text.hasSuffix("\n") ? text : text + "\n")
    }

    /// Writes a part of a line to standard error, for a terminal that somebody watches.
    static func writeError(_ text: String) {
        do {
            try FileHandle.standardError.write(contentsOf: Data(text.utf8))
        } catch {
            return
        }
    }
}
