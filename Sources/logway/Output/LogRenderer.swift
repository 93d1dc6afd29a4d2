import Events
import JSONBytes
import Queries
import WriteAheadLog

/// What `logway log verify` found, for people and for scripts.
struct VerificationText {
    private let verification: LogVerification

    init(_ verification: LogVerification) {
        self.verification = verification
    }

    private var report: VerificationReport { verification.report }

    var text: String {
        let checked = report.checked
        var text = ""
        if let first = report.retiredBefore {
            text +=
                "events before \(first) were retired: the chain is checked from what the first "
                + "segment kept says of it\n"
        }
        text +=
            "checked \(checked.records) events in \(checked.frames) frames of "
            + "\(checked.segments) segments\n"
        if let problem = report.problem {
            text +=
                "BAD: segment \(problem.segment) at byte \(problem.offset): \(problem.reason)\n"
                + problem.advice + "\n"
        } else if let problem = report.directoryProblem {
            text += "BAD: \(problem)\n"
        } else if let problem = verification.eventProblem {
            text += "BAD: \(problem)\n"
        } else if let problem = report.checkpointProblem {
            text += "BAD: \(problem)\n"
        } else {
            text += "whole; chain \(hexadecimal(report.chain))\n"
        }
        if let gap = report.copyGap { text += "copy: \(gap)\n" }
        if let readModel = verification.readModelProblem {
            text +=
                "BAD: \(readModel)\nwhat reads it next rebuilds it from the log; the log itself is "
                + (verification.isLogWhole ? "whole\n" : "not\n")
        }
        if let tail = report.tornTail {
            text +=
                "torn tail: segment \(tail.segment) at byte \(tail.offset): \(tail.reason); "
                + "the next start cuts it, nobody was promised it\n"
        }
        return text
    }

    var json: String {
        JSONWriter.text { object in
            object.member("chain", hexadecimal(report.chain))
            object.member("checkpoint_problem", ifPresent: report.checkpointProblem)
            if let gap = report.copyGap {
                object.object("copy_gap") { object in
                    object.member("ends_with", gap.lastSequence)
                    object.member("known_through", gap.knownSequence)
                }
            }
            object.member("events", report.checked.records)
            object.member("frames", report.checked.frames)
            if let problem = report.problem {
                object.object("problem") { problem.write(to: &$0) }
            } else {
                let problem = report.directoryProblem ?? verification.eventProblem
                object.member("problem", ifPresent: problem)
            }
            object.member("read_model_problem", ifPresent: verification.readModelProblem)
            object.member("retired_before", ifPresent: report.retiredBefore)
            object.member("segments", report.checked.segments)
            if let tail = report.tornTail {
                object.object("torn_tail") { tail.write(to: &$0) }
            }
            object.member("whole", verification.isWhole)
        }
    }
}

extension VerificationReport.Problem {
    fileprivate func write(to object: inout JSONWriter) {
        object.member("advice", advice)
        object.member("offset", offset)
        object.member("reason", reason)
        object.member("segment", Int(segment))
    }
}

/// What `logway log stats` counted.
struct StatisticsText {
    private let statistics: LogStatistics
    private let types: [String: Int]

    init(_ contents: LogContents) {
        statistics = contents.statistics
        types = contents.eventsByType
    }

    private var bytesPerEvent: Double {
        statistics.records == 0 ? 0 : Double(statistics.storedBytes) / Double(statistics.records)
    }

    var text: String {
        var lines = [
            "segments      \(statistics.segments)",
            "frames        \(statistics.frames)",
            "events        \(statistics.records) (\(statistics.firstSequence) to "
                + "\(statistics.lastSequence))",
            "bytes         \(statistics.storedBytes) stored, \(statistics.rawBytes) before "
                + "compression, \(Int(bytesPerEvent.rounded())) stored an event",
        ]
        if statistics.records > 0 {
            lines.append(
                "time          \(Timestamp(microseconds: statistics.firstTime)) to "
                    + "\(Timestamp(microseconds: statistics.lastTime))"
            )
        }
        lines.append("by type")
        for (name, count) in types.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            lines.append("  \(name) \(count)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    var json: String {
        JSONWriter.text { object in
            object.member("by_type", counts: types)
            object.member("events", statistics.records)
            object.member("first_sequence", statistics.firstSequence)
            object.member(
                "first_time",
                "\(Timestamp(microseconds: statistics.firstTime))"
            )
            object.member("frames", statistics.frames)
            object.member("last_sequence", statistics.lastSequence)
            object.member("last_time", "\(Timestamp(microseconds: statistics.lastTime))")
            object.member("raw_bytes", statistics.rawBytes)
            object.member("segments", statistics.segments)
            object.member("stored_bytes", statistics.storedBytes)
        }
    }
}

/// A frame of the log on one line.
struct FrameLine {
    static let heading =
        "segment  offset      first event  events  raw     stored  codec           chain"

    private let frame: FrameSummary

    init(_ frame: FrameSummary) {
        self.frame = frame
    }

    var text: String {
        let columns: [(String, Int)] = [
            ("\(frame.segment)", 9), ("\(frame.offset)", 12), ("\(frame.firstSequence)", 13),
            ("\(frame.count)", 8), ("\(frame.rawLength)", 8), ("\(frame.storedLength)", 8),
            (frame.codec, 16), (String(hexadecimal(frame.link).prefix(16)), 0),
        ]
        return columns.map { text, width in
            text + String(repeating: " ", count: max(0, width - text.count))
        }.joined()
    }

    var json: String {
        JSONWriter.text { object in
            object.member("chain", hexadecimal(frame.link))
            object.member("checksum", Int(frame.checksum))
            object.member("codec", frame.codec)
            object.member("events", frame.count)
            object.member("first_sequence", frame.firstSequence)
            object.member("offset", frame.offset)
            object.member("raw_length", frame.rawLength)
            object.member("segment", Int(frame.segment))
            object.member("stored_length", frame.storedLength)
            object.member("time", "\(Timestamp(microseconds: frame.time))")
        }
    }
}

/// Bytes as hexadecimal digits.
private func hexadecimal(_ bytes: [UInt8]) -> String {
    Fingerprint(bytes: bytes).description
}
