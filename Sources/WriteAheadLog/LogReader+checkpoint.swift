/// Checkpoints: made of a log, and held against it.
extension LogReader {
    /// A checkpoint of everything that is durable now; beside a live writer too.
    ///
    /// - Throws: `notALog` for a directory without a begun segment, and as `forEach`.
    public mutating func checkpoint(signedBy key: CheckpointKey) throws -> Checkpoint {
        let last = try durableSequence()
        try refresh()
        guard let first = list.begun.last?.header else {
            throw LogError.notALog(path: directory, reason: "no segment was begun")
        }
        // Without a frame in it: what page 0 says of the log before.
        var link = first.previousChain
        var segment = first.number
        var time = first.previousTime
        if last >= list.firstSequence {
            try forEachFrame(holding: last, through: last) { reader, header, offset in
                link = header.link
                segment = reader.segment.number
                time = try reader.lastTime(of: header, at: offset)
                return true
            }
        }
        return try key.signed(
            Checkpoint(
                logID: first.logID,
                sequence: last,
                segment: segment,
                time: time,
                link: link
            )
        )
    }

    /// The chain's link behind the frame that ends with a sequence number; `nil` where none does.
    mutating func link(at sequence: UInt64) throws -> [UInt8]? {
        guard sequence >= (try firstSequence()), sequence > 0 else { return nil }
        var link: [UInt8]?
        try forEachFrame(holding: sequence, through: sequence) { _, header, _ in
            if header.nextSequence == sequence + 1 { link = header.link }
            return true
        }
        return link
    }
}

/// Holds a log against a checkpoint while the log is verified.
struct CheckpointComparison {
    private let checkpoint: Checkpoint
    private let publicKey: [UInt8]
    private var found: [UInt8]?

    /// `publicKey` is the one to trust; `nil` for the checkpoint's own.
    init(_ checkpoint: Checkpoint, publicKey: [UInt8]?) {
        self.checkpoint = checkpoint
        self.publicKey = publicKey ?? checkpoint.publicKey
    }

    /// Takes the link that the log begins with.
    mutating func begin(_ header: SegmentHeader) {
        if header.firstSequence == checkpoint.sequence + 1 { found = header.previousChain }
    }

    mutating func add(_ frame: FrameHeader) {
        if frame.nextSequence == checkpoint.sequence + 1 { found = frame.link }
    }

    /// What is wrong with the log or with the checkpoint; `nil` if they agree.
    func problem(_ report: VerificationReport, logID: LogID?) -> String? {
        guard checkpoint.isSigned(by: publicKey) else {
            return "the checkpoint's signature is wrong: it was changed, or another key signed it"
        }
        guard logID == checkpoint.logID else {
            let name = logID.map { "log \($0)" } ?? "an empty log"
            return "the checkpoint is of log \(checkpoint.logID), but this is \(name)"
        }
        if let found {
            if found == checkpoint.link { return nil }
            return "records through \(checkpoint.sequence) were rewritten: the chain there is "
                + "\(Hexadecimal.text(found)), not \(Hexadecimal.text(checkpoint.link))"
        }
        if let first = report.retiredBefore, checkpoint.sequence < first {
            return "the records through \(checkpoint.sequence) were retired; the log begins at "
                + "\(first), so it can't be told whether they were changed"
        }
        let last = report.checked.lastSequence
        if report.problem != nil, last < checkpoint.sequence {
            return "the log is damaged before record \(checkpoint.sequence)"
        }
        if last < checkpoint.sequence {
            return "records \(last + 1) to \(checkpoint.sequence) were removed: the log ends with "
                + "\(last)"
        }
        return "records through \(checkpoint.sequence) were rewritten: no group ends there"
    }
}
