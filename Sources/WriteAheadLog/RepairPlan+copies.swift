/// What a copy lacks that was made while the log was written.
extension RepairPlan {
    /// Zeroes in a row that no frame holds by itself, but every sector that was not written has.
    private static let holeSize = 16

    /// True if a copy of the directory, made while the log was written, would lack just this: what the
    /// log holds behind some place of the segment that was in use or of the one after it.
    ///
    /// A copy reads files and their parts one after another, so it may hold what was written late and
    /// lack what was written before that; but what it lacks is zero in it. Other bytes, a file that is
    /// missing or damage further back no copying explains.
    func isUnfinishedCopy() throws(LogError) -> Bool {
        guard
            let last, let end, !needsVersion, !hasDamagedRetirement,
            mark?.logID ?? last.header.logID == last.header.logID,
            // When copying began, one segment at most was prepared behind the one in use.
            greatest <= last.number + 1, !hasDirtyPadding
        else { return false }
        guard let cut else { return true }
        if case .valid(let footer) = try last.footer(),
            footer.endOffset == end.offset, footer.chain == end.link
        {
            // It is whole, so the next one was not begun when its first page was copied.
            guard greatest > last.number else { return cut.number == last.number }
            let page = try file(greatest).page
            return page.isZero(0..<page.count)
        }
        guard cut.number == last.number else { return false }
        return try hasHole(last, at: end)
    }

    /// True if no segment behind this one was begun.
    func isLastBegun(_ number: UInt32) throws(LogError) -> Bool {
        guard greatest > number else { return true }
        guard greatest == number + 1 else { return false }
        let page = try file(greatest).page
        return page.isZero(0..<page.count)
    }

    /// True if zeroes stand where a frame would have other bytes; they may go on behind it.
    private func hasHole(_ segment: SegmentFile, at end: FramePosition) throws(LogError) -> Bool {
        let room = segment.header.footerOffset - end.offset
        guard room >= FrameHeader.size else { return true }
        let file = segment.file
        func bytes(_ count: Int) throws(LogError) -> [UInt8] {
            try onDisk { () throws(SystemError) in
                try file.bytes(at: end.offset, count: min(count + Self.holeSize, room))
            }
        }
        var length = FrameHeader.size
        var frame = try bytes(length)
        if let header = FrameHeader(frame, at: 0, salt: segment.header.salt) {
            length += header.storedLength
            frame = try bytes(length)
        }
        var run = 0
        for (index, byte) in frame.enumerated() {
            run = byte == 0 ? run + 1 : 0
            if run == Self.holeSize { return index - run + 1 < length }
        }
        return false
    }
}
