import Events
import WriteAheadLog

/// What `logway log repair` did or would do, for people.
struct RepairText {
    private let report: RepairReport

    init(_ report: RepairReport) {
        self.report = report
    }

    var text: String {
        if report.isWhole {
            return "nothing to repair; the log holds events through \(report.lastSequence)\n"
        }
        var lines = [report.dryRun ? "would be done:" : "done:"]
        for change in report.changes { lines.append("  " + Self.line(change)) }
        lines.append(
            "the log ends with event \(report.lastSequence)"
                + (report.lastSequence == 0 ? "" : " of \(Self.time(report.lastTime))")
        )
        if report.lostRecords > 0 {
            lines.append(
                "no longer part of it: events \(report.lastSequence + 1) to "
                    + "\(report.lastSequenceBefore)"
            )
        }
        let later = report.laterFrames
        if later.frames > 0 {
            lines.append(
                "of these \(later.records) in \(later.frames) frames are whole by themselves: events "
                    + "\(later.firstSequence) to \(later.lastSequence), \(Self.time(later.firstTime)) "
                    + "to \(Self.time(later.lastTime))"
            )
        }
        if let folder = report.savedTo {
            lines.append((report.dryRun ? "would be kept in " : "kept in ") + folder)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func line(_ change: RepairReport.Change) -> String {
        "\(change.action.rawValue) \(change.file) from byte \(change.offset), \(change.bytes) bytes: "
            + change.reason
    }

    private static func time(_ microseconds: Int64) -> String {
        "\(Timestamp(microseconds: microseconds))"
    }
}
