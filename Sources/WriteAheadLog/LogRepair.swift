/// Makes a log that a writer refuses as corrupt one that opens, and destroys nothing
/// (docs/log-format.md, repair).
public struct LogRepair {
    private let paths: LogPaths
    private let fileSystem: any FileSystem
    private let time: Int64
    private let plan: RepairPlan
    private let mark: DurableMark?
    private var report = RepairReport()
    /// What knows of more records than the log will hold.
    private var ahead: [LogWitness] = []

    /// Repairs the log in a directory, or tells what a repair would do.
    ///
    /// `time` (microseconds since the epoch) names the directory that keeps what is cut. A repair
    /// that is cut short is done again by the next one. What of `witnesses` knows of records that are
    /// gone is moved there too: this is how the loss is confirmed. Blocks on I/O; reads the whole log.
    ///
    /// - Throws: `directoryInUse` beside a running writer, `notALog`, `newerVersion`,
    ///   `beyondRepair`, `notWritable`, `diskFull`, `io`; `corrupt` if the log is damaged still.
    public static func run(
        _ directory: String,
        dryRun: Bool = false,
        time: Int64,
        witnesses: LogWitnesses = { _ in [] },
        fileSystem: any FileSystem = PosixFileSystem()
    ) throws(LogError) -> RepairReport {
        let paths = LogPaths(directory: directory)
        do throws(SystemError) {
            _ = try fileSystem.list(paths.segments)
        } catch {
            guard error.kind == .notFound else { throw LogError(error) }
            throw .notALog(path: directory, reason: "there is no directory `log` in it")
        }
        let report = try locked(paths, dryRun, time, witnesses, fileSystem)
        if !report.dryRun, !report.isWhole {
            var reader = try LogReader(directory, fileSystem: fileSystem)
            if let problem = try reader.verify().problem {
                throw .corrupt(
                    segment: problem.segment,
                    offset: problem.offset,
                    reason: problem.reason
                )
            }
        }
        return report
    }

    private static func locked(
        _ paths: LogPaths,
        _ dryRun: Bool,
        _ time: Int64,
        _ witnesses: LogWitnesses,
        _ fileSystem: any FileSystem
    ) throws(LogError) -> RepairReport {
        let lock = try DataDirectory.takeLock(paths, in: fileSystem)
        return try withExtendedLifetime(lock) { () throws(LogError) in
            var repair = try LogRepair(paths, time, fileSystem)
            try repair.describe()
            try repair.ask(witnesses)
            if repair.plan.needsVersion, repair.plan.last == nil, repair.ahead.isEmpty {
                throw .notALog(
                    path: paths.directory,
                    reason: "there are neither version nor records"
                )
            }
            repair.report.dryRun = dryRun
            if !dryRun, !repair.report.isWhole { try repair.apply() }
            return repair.report
        }
    }

    /// Does the same for a directory that is a copy, made while the log was written, if that explains
    /// all that is wrong with it; `nil` if nothing had to be done.
    ///
    /// The caller holds the lock. Reads the whole log.
    ///
    /// - Throws: as `run`; `corrupt` for damage that no copying explains.
    static func finishCopy(
        _ paths: LogPaths,
        time: Int64,
        in fileSystem: any FileSystem
    ) throws(LogError) -> RepairReport? {
        var repair = try LogRepair(paths, time, fileSystem)
        guard try repair.plan.isUnfinishedCopy() else {
            // What is wrong, but was not in the way of reading it all, an opening finds by itself; and
            // it judges the end of the last segment as in any log, as torn or as damaged.
            guard let cut = repair.plan.cut, try !repair.plan.isLastBegun(cut.number) else {
                return nil
            }
            throw .corrupt(segment: cut.number, offset: cut.offset, reason: cut.reason)
        }
        try repair.describe()
        if repair.report.isWhole { return nil }
        try repair.apply()
        return repair.report
    }

    private init(
        _ paths: LogPaths,
        _ time: Int64,
        _ fileSystem: any FileSystem
    ) throws(LogError) {
        self.paths = paths
        self.fileSystem = fileSystem
        self.time = time
        var version: Int?
        do throws(LogError) {
            version = try DataDirectory.version(paths, in: fileSystem)
        } catch .notALog {
            version = nil
        }
        mark = try DurableMark.read(paths.mark, in: fileSystem)
        plan = try RepairPlan(paths, mark, needsVersion: version == nil, in: fileSystem)
    }

    // MARK: - What is to be done

    private mutating func describe() throws(LogError) {
        for rewrite in plan.rewrites {
            let old = try bytes(of: rewrite)
            add(
                rewrite.action,
                "log/" + LogPaths.name(rewrite.segment.number),
                rewrite.offset,
                old.count,
                rewrite.reason,
                kept: old.isEmpty ? nil : kept(rewrite)
            )
        }
        for (number, reason) in plan.moves {
            let path = paths.segment(number)
            let fileSystem = fileSystem
            let size = try onDisk { () throws(SystemError) in
                try fileSystem.open(path, .read).size()
            }
            let name = LogPaths.name(number)
            add(.moved, "log/" + name, 0, size, reason, kept: name)
        }
        if plan.retirement != nil {
            add(.repaired, "log/retired", 0, Retirement.size, "it is damaged", kept: "retired")
        }
        if plan.needsVersion {
            add(
                .repaired,
                "version",
                0,
                DataDirectory.text.count,
                "it is missing or unreadable",
                kept: nil
            )
        }
        if let reason = plan.markReason {
            add(.repaired, "durable", 0, DurableMark.size, reason, kept: "durable")
        }
        if !report.isWhole { report.savedTo = paths.repair(time) }
        report.lastSequence = (plan.end?.nextSequence ?? 1) - 1
        report.lastTime = plan.end?.time ?? 0
        report.lastSequenceBefore = max(plan.lastSequenceBefore, report.lastSequence)
        report.laterFrames = plan.laterFrames
    }

    /// What knows of records that are gone is kept with the rest: nothing of it is of this log any more.
    private mutating func ask(_ witnesses: LogWitnesses) throws(LogError) {
        ahead = witnesses(report.lastSequence).ahead(
            of: report.lastSequence,
            plan.last?.header.logID
        )
        for witness in ahead {
            for file in witness.files {
                let (fileSystem, path) = (fileSystem, "\(paths.directory)/\(file)")
                let size = try onDisk { () throws(SystemError) in
                    try fileSystem.isThere(path) ? try fileSystem.open(path, .read).size() : nil
                }
                guard let size else { continue }
                add(
                    .moved,
                    file,
                    0,
                    size,
                    "\(witness.name) knows of record \(witness.sequence), which the log lacks",
                    kept: file.split(separator: "/").last.map(String.init)
                )
            }
            report.lastSequenceBefore = max(report.lastSequenceBefore, witness.sequence)
        }
        if !report.isWhole { report.savedTo = paths.repair(time) }
    }

    private mutating func add(
        _ action: RepairReport.Change.Action,
        _ file: String,
        _ offset: Int,
        _ count: Int,
        _ reason: String,
        kept: String?
    ) {
        report.changes.append(
            RepairReport.Change(
                action: action,
                file: file,
                offset: offset,
                bytes: count,
                reason: reason,
                kept: kept
            )
        )
    }

    private func kept(_ rewrite: RepairPlan.Rewrite) -> String {
        "\(rewrite.segment.number)-at-\(rewrite.offset).bin"
    }

    /// What stands there now, to the last byte that is not zero.
    private func bytes(of rewrite: RepairPlan.Rewrite) throws(LogError) -> [UInt8] {
        var old = try onDisk { () throws(SystemError) in
            try rewrite.segment.file.bytes(at: rewrite.offset, count: rewrite.bytes.count)
        }
        old.removeLast(old.count - ((old.lastIndex { $0 != 0 } ?? -1) + 1))
        return old
    }

    // MARK: - Doing it

    private func apply() throws(LogError) {
        let folder = paths.repair(time)
        let (paths, fileSystem) = (paths, fileSystem)
        try onDisk { () throws(SystemError) in
            try fileSystem.createDirectory(folder)
            try fileSystem.synchronizeDirectory(paths.segments)
        }
        for rewrite in plan.rewrites {
            let old = try bytes(of: rewrite)
            if !old.isEmpty { try save(old, "\(folder)/\(kept(rewrite))") }
        }
        if plan.retirement != nil { try copy(paths.retired, "\(folder)/retired") }
        if plan.markReason != nil { try copy(paths.mark, "\(folder)/durable") }
        try save(Array((report.json + "\n").utf8), "\(folder)/manifest.json")
        try onDisk { () throws(SystemError) in
            try fileSystem.synchronizeDirectory(folder)
            // From the end on: what is left is a log that stops earlier, never one with a gap.
            for (number, _) in plan.moves.reversed() {
                let name = LogPaths.name(number)
                try fileSystem.rename(paths.segment(number), to: "\(folder)/\(name)")
                try fileSystem.synchronizeDirectory(folder)
                try fileSystem.synchronizeDirectory(paths.segments)
            }
            for rewrite in plan.rewrites {
                try rewrite.segment.file.writeAll(rewrite.bytes, at: rewrite.offset)
                try rewrite.segment.file.synchronize()
            }
            try ahead.setAside(to: folder, paths, in: fileSystem)
            try plan.retirement?.write(paths, in: fileSystem)
            if plan.needsVersion { try DataDirectory.writeVersion(paths, in: fileSystem) }
            if plan.markReason != nil { try writeMark() }
        }
    }

    /// The mark comes last: until it is on the disk, the old one keeps writers out.
    private func writeMark() throws(SystemError) {
        guard let last = plan.last, let end = plan.end else { return }
        let generation = (mark?.generation ?? 0) + 1
        let mark = DurableMark(
            generation: generation,
            logID: last.header.logID,
            sequence: end.nextSequence - 1,
            segment: last.number,
            closedCleanly: false,
            offset: end.offset,
            pid: 0
        )
        let file = try fileSystem.open(paths.mark, .create)
        var bytes = [UInt8](repeating: 0, count: DurableMark.size)
        try mark.write(to: file, using: &bytes)
        try file.synchronize()
    }

    private func copy(_ path: String, _ target: String) throws(LogError) {
        let fileSystem = fileSystem
        let bytes = try onDisk { () throws(SystemError) in
            let file = try fileSystem.open(path, .read)
            return try file.bytes(at: 0, count: try file.size())
        }
        try save(bytes, target)
    }

    private func save(_ bytes: [UInt8], _ path: String) throws(LogError) {
        let fileSystem = fileSystem
        try onDisk { () throws(SystemError) in
            let file = try fileSystem.open(path, .create)
            try file.writeAll(bytes, at: 0)
            try file.synchronize()
        }
    }
}
