/// Rewrites one sealed segment, smaller: same frames, same raw bytes, same links.
///
/// Every frame is checked before it is taken over, and the new file is read back and checked in the
/// same way before it is anyone's.
struct SegmentRecompression {
    private let source: SegmentFile
    private let footer: SegmentFooter
    private let next: SegmentHeader
    private let path: String
    private let fileSystem: any FileSystem
    private let isStopped: () -> Bool

    /// `next` is page 0 of the segment behind; `path` is where the new file goes.
    init(
        _ source: SegmentFile,
        before next: SegmentHeader,
        to path: String,
        in fileSystem: any FileSystem,
        isStopped: @escaping () -> Bool
    ) throws(LogError) {
        guard case .valid(let footer) = try source.footer() else {
            throw source.corrupt(source.header.footerOffset, "the footer is damaged or missing")
        }
        self.source = source
        self.footer = footer
        self.next = next
        self.path = path
        self.fileSystem = fileSystem
        self.isStopped = isStopped
    }

    /// Writes, syncs and checks the new file; false if it is no smaller, or if stopped before.
    ///
    /// - Throws: `corrupt` if the segment or its copy is damaged, `diskFull`, `io`.
    func run() throws(LogError) -> Bool {
        if let isSmaller = try write(with: try sampled()) { return isSmaller && !isStopped() }
        return try write(with: nil) ?? false && !isStopped()
    }

    /// Writes with this dictionary; `nil` if the file would not be smaller by it.
    private func write(with dictionary: CompressionDictionary?) throws(LogError) -> Bool? {
        let path = path
        let fileSystem = fileSystem
        let file = try onDisk { () throws(SystemError) in
            try fileSystem.removeIfPresent(path)
            return try fileSystem.open(path, .create)
        }
        var header = source.header
        header.version = Format.segmentVersion
        header.isCompacted = true
        header.dictionaryLength = dictionary?.count ?? 0
        header.dictionaryID = dictionary?.id ?? 0
        var output = SequentialOutput(file, at: Format.pageSize)
        if let dictionary { try output.append(dictionary.block) }
        guard let copied = try copy(to: &output, with: dictionary, header) else { return false }
        try output.pad(to: Format.pageSize)
        header.footerOffset = output.offset
        try output.append(copied.bytes(salt: header.salt))
        try output.pad(to: Format.pageSize)
        header.segmentSize = output.offset
        guard header.segmentSize < source.header.segmentSize else {
            return dictionary == nil ? false : nil
        }
        try output.finish()
        let page = header.page
        try onDisk { () throws(SystemError) in
            // Page 0 last: a file without it is no segment.
            try file.writeAll(page, at: 0)
            try file.synchronize()
            try file.dropCache()
        }
        try check(page)
        return true
    }

    /// Takes every frame over; `nil` if stopped.
    private func copy(
        to output: inout SequentialOutput,
        with dictionary: CompressionDictionary?,
        _ header: SegmentHeader
    ) throws(LogError) -> SegmentFooter? {
        let compressor = LZ4HighCompressor(dictionary)
        var check = SegmentCheck(source, last: footer.tally.lastSequence, isLive: false)
        var tally = SegmentTally()
        var previousLength = 0
        var bytes: [UInt8] = []
        while let original = try check.next() {
            if isStopped() { return nil }
            var frame = original
            let room = FrameHeader.size + Format.aligned(frame.rawLength)
            if bytes.count < room { bytes = [UInt8](repeating: 0, count: room) }
            let raw = check.raw
            let compressed = compressor.compress(
                raw,
                count: frame.rawLength,
                into: &bytes,
                at: FrameHeader.size
            )
            if compressed == nil {
                bytes.overwrite(from: FrameHeader.size, with: Array(raw[..<frame.rawLength]))
            }
            frame.storedLength = compressed ?? frame.rawLength
            frame.codec = FrameHeader.Codec.of(compressed, with: dictionary).rawValue
            frame.previousLength = previousLength
            frame.seal(&bytes, salt: header.salt)
            tally.add(frame, at: output.offset, lastTime: check.position.time)
            previousLength = frame.frameLength
            try output.append(bytes[..<frame.frameLength])
        }
        try check.checkSealed(before: next)
        return SegmentFooter(
            tally: tally,
            endOffset: output.offset,
            lastFrameLength: previousLength,
            chain: footer.chain
        )
    }

    /// Reads the new file back.
    private func check(_ page: [UInt8]) throws(LogError) {
        let path = path
        let fileSystem = fileSystem
        let (file, found, size) = try onDisk { () throws(SystemError) in
            let file = try fileSystem.open(path, .read)
            return (file, try file.bytes(at: 0, count: Format.pageSize), try file.size())
        }
        guard found == page, case .valid(let header) = SegmentHeader.parse(found),
            size == header.segmentSize
        else { throw source.corrupt(0, "its recompressed copy was not read back as written") }
        let copy = SegmentFile(file: file, header: header)
        var check = SegmentCheck(copy, last: footer.tally.lastSequence, isLive: false)
        while try check.next() != nil {
            if isStopped() { return }
        }
        try check.checkSealed(before: next)
        guard check.position.link == footer.chain else {
            throw source.corrupt(0, "its recompressed copy has another chain")
        }
    }

    /// A dictionary from places all over the segment; `nil` for a segment that is too small.
    private func sampled() throws(LogError) -> CompressionDictionary? {
        let limit = min(CompressionDictionary.limit, Int(footer.tally.rawBytes) / 8)
        let entries = footer.tally.entries
        guard limit >= 1024, !entries.isEmpty else { return nil }
        let places = min(entries.count, 16)
        var reader = FrameReader(source)
        var sample: [UInt8] = []
        for place in 0..<places {
            var offset = entries[place * entries.count / places].offset
            var wanted = limit / places
            while wanted > 0, offset < footer.endOffset {
                let header = try reader.knownFrame(at: offset)
                try reader.unpack(header, at: offset)
                let part = reader.raw[..<min(header.rawLength, wanted)]
                sample += part
                wanted -= part.count
                offset += header.frameLength
            }
        }
        return CompressionDictionary(lastOf: sample)
    }
}
