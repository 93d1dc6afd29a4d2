/// Copies of a directory that were made while its log was written, before a writer opens them.
extension LogReader {
    /// What the copy lacks, if the directory is one and that explains all that is wrong with it.
    ///
    /// Reads the whole log.
    mutating func copyGap() throws(LogError) -> RecoveryReport.CopyGap? {
        guard
            try MarkOrigin.isCopy(paths.mark, in: fileSystem),
            try !DataDirectory.isInUse(paths, in: fileSystem)
        else { return nil }
        let mark = try DurableMark.read(paths.mark, in: fileSystem)
        let plan: RepairPlan
        do throws(LogError) {
            plan = try RepairPlan(paths, mark, needsVersion: false, in: fileSystem, .read)
        } catch {
            // No copying leaves nothing of a log.
            guard case .beyondRepair = error else { throw error }
            return nil
        }
        guard try plan.isUnfinishedCopy(), let end = plan.end else { return nil }
        return RecoveryReport.CopyGap(
            lastSequence: end.nextSequence - 1,
            knownSequence: max(plan.lastSequenceBefore, end.nextSequence - 1),
            savedTo: nil
        )
    }

    /// The end of a copy that no writer opened; `nil` where copying does not explain what it is like.
    mutating func lastSequence(ofCopy mark: DurableMark?) throws(LogError) -> UInt64? {
        if let copyEnd, copyEnd.mark == mark { return copyEnd.sequence }
        try refresh()
        let gap = try copyGap()
        // The whole log was read for it, which must not happen at each look.
        copyEnd = (mark, gap?.lastSequence)
        return gap?.lastSequence
    }
}
