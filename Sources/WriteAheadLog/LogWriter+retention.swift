/// Retention by whole segments.
extension LogWriter {
    /// Deletes the oldest segments, through this one; the log begins behind it from then on.
    ///
    /// Which segment the log begins with is recorded before the first file is removed, so a crash
    /// leaves the log with or without them, and never in between. Readers that ask for what was
    /// deleted get `retired`. Segments that are gone already are fine. Blocks on I/O.
    ///
    /// - Throws: `segmentInUse` unless a later segment was begun, `closed`, `diskFull`, `io`; the
    ///   log goes on after either of these.
    public func retire(throughSegment number: UInt32) throws(LogError) {
        try whileOpen { () throws(LogError) in
            let old = try Retirement.read(paths, in: fileSystem)
            if let old, number < old.firstSegment { return }
            let retirement = Retirement(keeping: try firstKept(after: number))
            try onDisk { () throws(SystemError) in
                try retirement.write(paths, in: fileSystem)
                recompressor?.exclude(through: number)
                try retirement.removeSegments(paths, in: fileSystem)
            }
        }
    }

    /// Page 0 of the segment behind; it was begun, so the one before it is sealed.
    private func firstKept(after number: UInt32) throws(LogError) -> SegmentHeader {
        guard number < UInt32.max else { throw .segmentInUse(segment: number) }
        let page: [UInt8]
        do throws(SystemError) {
            let file = try fileSystem.open(paths.segment(number + 1), .read)
            page = try file.bytes(at: 0, count: Format.pageSize)
        } catch {
            if error.kind == .notFound { throw .segmentInUse(segment: number) }
            throw LogError(error)
        }
        guard page.count == Format.pageSize, case .valid(let header) = SegmentHeader.parse(page)
        else { throw .segmentInUse(segment: number) }
        return header
    }
}
