import Events
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
                "BAD: \(readModel)\nwhat reads it next makes it anew from the log; the log itself is "
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
        JSONText.object([
            "whole": .bool(verification.isWhole),
            "segments": .int(report.checked.segments),
            "frames": .int(Int(report.checked.frames)),
            "events": .int(Int(report.checked.records)),
            "chain": .text(hexadecimal(report.chain)),
            "retired_before": report.retiredBefore.map { .int(Int($0)) },
            "checkpoint_problem": report.checkpointProblem.map { .text($0) },
            "problem": report.problem.map { Self.problem($0) }
                ?? (report.directoryProblem ?? verification.eventProblem).map { .text($0) },
            "copy_gap": report.copyGap.map { gap in
                .object([
                    "ends_with": .int(Int(gap.lastSequence)),
                    "known_through": .int(Int(gap.knownSequence)),
                ])
            },
            "read_model_problem": verification.readModelProblem.map { .text($0) },
            "torn_tail": report.tornTail.map { Self.problem($0) },
        ])
    }

    private static func problem(_ problem: VerificationReport.Problem) -> JSONText {
        .object([
            "segment": .int(Int(problem.segment)), "offset": .int(problem.offset),
            "reason": .text(problem.reason), "advice": .text(problem.advice),
        ])
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
        JSONText.object([
            "segments": .int(statistics.segments), "frames": .int(Int(statistics.frames)),
            "events": .int(Int(statistics.records)),
            "first_sequence": .int(Int(statistics.firstSequence)),
            "last_sequence": .int(Int(statistics.lastSequence)),
            "stored_bytes": .int(Int(statistics.storedBytes)),
            "raw_bytes": .int(Int(statistics.rawBytes)),
            "first_time": .text("\(Timestamp(microseconds: statistics.firstTime))"),
            "last_time": .text("\(Timestamp(microseconds: statistics.lastTime))"),
            "by_type": .object(types.mapValues { .int($0) }),
        ])
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
        JSONText.object([
            "segment": .int(Int(frame.segment)), "offset": .int(frame.offset),
            "first_sequence": .int(Int(frame.firstSequence)), "events": .int(frame.count),
            "raw_length": .int(frame.rawLength), "stored_length": .int(frame.storedLength),
            "codec": .text(frame.codec), "time": .text("\(Timestamp(microseconds: frame.time))"),
            "checksum": .int(Int(frame.checksum)), "chain": .text(hexadecimal(frame.link)),
        ])
    }
}

/// Bytes as hexadecimal digits.
private func hexadecimal(_ bytes: [UInt8]) -> String {
    Fingerprint(bytes: bytes).description
}
