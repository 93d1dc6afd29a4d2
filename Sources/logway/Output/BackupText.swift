import EventLog
import Events
import JSONBytes
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
        let log = backup.log
        return JSONWriter.text { object in
            if let bodies = backup.bodies {
                object.object("bodies") { bodies.write(to: &$0) }
            }
            log.write(to: &object, files: backup.files)
        }
    }
}

extension BackupReport {
    /// Writes what was copied; the files that went with it are the data directory's.
    fileprivate func write(to object: inout JSONWriter, files: [String]? = nil) {
        object.member("bytes", bytes)
        object.member("chain", "\(Fingerprint(bytes: chain))")
        object.member("copied", copied)
        object.member("directory", directory)
        object.member("files", ifPresent: files)
        object.member("first_event", firstSequence)
        object.member("last_event", lastSequence)
        object.member("log_id", "\(logID)")
        object.member("segments", segments)
        object.member("unchanged", unchanged)
        object.member("verified_events", verifiedRecords)
    }
}
