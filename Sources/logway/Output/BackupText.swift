import EventLog
import Events
import WriteAheadLog

/// What `logway backup` did, for people and for scripts.
struct BackupText {
    private let backup: DataBackup

    init(_ backup: DataBackup) {
        self.backup = backup
    }

    var text: String {
        let log = backup.log
        var lines = [
            "\(log.directory) holds events \(log.firstSequence) to \(log.lastSequence), "
                + "read back and whole; chain \(Fingerprint(bytes: log.chain))",
            "segments: \(log.copied) copied (\(log.bytes) bytes), \(log.unchanged) there already",
        ]
        if let bodies = backup.bodies {
            lines.append(
                "texts of requests: \(bodies.copied) segments copied (\(bodies.bytes) bytes), "
                    + "\(bodies.unchanged) there already"
            )
        }
        if !backup.files.isEmpty {
            lines.append("also: " + backup.files.joined(separator: ", "))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    var json: String {
        var members: [String: JSONText?] = Self.members(backup.log)
        members["bodies"] = backup.bodies.map { JSONText.object(Self.members($0)) }
        members["files"] = JSONText.array(backup.files.map { .text($0) })
        return JSONText.object(members)
    }

    private static func members(_ log: BackupReport) -> [String: JSONText] {
        [
            "directory": .text(log.directory),
            "log_id": .text("\(log.logID)"),
            "first_event": .int(Int(log.firstSequence)),
            "last_event": .int(Int(log.lastSequence)),
            "segments": .int(log.segments),
            "copied": .int(log.copied),
            "unchanged": .int(log.unchanged),
            "bytes": .int(log.bytes),
            "verified_events": .int(log.verifiedRecords),
            "chain": .text("\(Fingerprint(bytes: log.chain))"),
        ]
    }
}
