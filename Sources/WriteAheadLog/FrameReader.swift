/// Reads the frames of one segment through a window of the file, and unpacks their bodies into a
/// buffer that is used again.
struct FrameReader {
    /// What stands at an offset.
    enum Found {
        case frame(FrameHeader)
        /// Nothing, or the remains of a write that did not finish.
        case unfinished(reason: String)
        /// A header that is intact but does not belong here.
        case misplaced(reason: String)
    }

    let segment: SegmentFile
    private var window: [UInt8] = []
    private var windowOffset = 0
    private var windowCount = 0
    private(set) var raw: [UInt8] = []
    /// The segment's dictionary, once a frame needed it.
    private var dictionary: CompressionDictionary?

    /// How much is read ahead: large enough that calls cost nothing, small enough to stay in cache.
    private static let windowSize = 256 << 10

    init(_ segment: SegmentFile) { self.segment = segment }

    /// Goes on in another segment with the same buffers.
    init(_ segment: SegmentFile, reusing other: consuming FrameReader) {
        self.segment = segment
        window = other.window
        raw = other.raw
    }

    /// Forgets what was read ahead, since the writer may have written there since.
    mutating func refresh() { windowCount = 0 }

    /// Checks the header at a position and its order, and reads no more than it must: for seeking.
    mutating func header(at position: FramePosition) throws(LogError) -> Found {
        try header(at: position, ahead: Format.pageSize)
    }

    private mutating func header(
        at position: FramePosition,
        ahead: Int
    ) throws(LogError) -> Found {
        let limit = segment.header.footerOffset
        guard position.offset + FrameHeader.size <= limit else {
            return .unfinished(reason: "the segment ends here")
        }
        guard
            let start = try load(position.offset, FrameHeader.size, ahead: ahead),
            let header = FrameHeader(window, at: start, salt: segment.header.salt)
        else { return .unfinished(reason: "no valid frame header") }
        if let reason = misplacement(header, at: position) { return .misplaced(reason: reason) }
        return .frame(header)
    }

    /// Checks the frame at a position: header, order, size, and the body's checksum.
    mutating func frame(at position: FramePosition) throws(LogError) -> Found {
        let found = try header(at: position, ahead: Self.windowSize)
        guard case .frame(let header) = found else { return found }
        guard let again = try load(position.offset, header.frameLength) else {
            return .unfinished(reason: "the file ends inside the frame")
        }
        let body = (again + FrameHeader.size)..<(again + FrameHeader.size + header.storedLength)
        guard CRC32C.of(window, body, seed: segment.header.salt) == header.bodyChecksum else {
            return .unfinished(reason: "the checksum of the frame's body is wrong")
        }
        return .frame(header)
    }

    /// Unpacks the body of the frame that was just found.
    ///
    /// - Throws: `corrupt` if it does not hold what the header says.
    mutating func unpack(_ header: FrameHeader, at offset: Int) throws(LogError) {
        guard let start = try load(offset, header.frameLength) else {
            throw segment.corrupt(offset, "the file ends inside the frame")
        }
        let body = (start + FrameHeader.size)..<(start + FrameHeader.size + header.storedLength)
        if raw.count < header.rawLength {
            raw = [UInt8](repeating: 0, count: header.rawLength)
        }
        switch FrameHeader.Codec(rawValue: header.codec) {
        case .plain:
            copyPlain(body)
            return
        case .lz4Dictionary:
            if dictionary == nil { dictionary = try segment.dictionary() }
            if decompress(body, header, dictionary) { return }
        case .lz4:
            if decompress(body, header, nil) { return }
        case nil: break
        }
        throw segment.corrupt(offset, "the frame does not decompress")
    }

    private mutating func decompress(
        _ body: Range<Int>,
        _ header: FrameHeader,
        _ dictionary: CompressionDictionary?
    ) -> Bool {
        LZ4.decompress(
            window,
            body,
            into: &raw,
            rawLength: header.rawLength,
            dictionary: dictionary
        )
    }

    /// The frame at an offset where one is known to stand, whatever its sequence number.
    ///
    /// - Throws: `corrupt` if it is not valid.
    mutating func knownFrame(at offset: Int) throws(LogError) -> FrameHeader {
        guard
            let start = try load(offset, FrameHeader.size),
            let header = FrameHeader(window, at: start, salt: segment.header.salt)
        else { throw segment.corrupt(offset, "no valid frame header") }
        let position = FramePosition(offset: offset, nextSequence: header.firstSequence)
        switch try frame(at: position) {
        case .frame(let header): return header
        case .unfinished(let reason), .misplaced(let reason):
            throw segment.corrupt(offset, reason)
        }
    }

    /// Unpacks a frame and walks its records; returns the time of its last group.
    mutating func lastTime(of header: FrameHeader, at offset: Int) throws(LogError) -> Int64 {
        try unpack(header, at: offset)
        let span = raw.span.extracting(0..<header.rawLength)
        let end = FrameBody.walk(span, header) { _, _, _ in true }
        guard case .complete(let time) = end else {
            throw segment.corrupt(offset, "the frame's records are malformed")
        }
        return time
    }

    /// True if the bytes behind the frame's body, up to the next frame, are zero.
    mutating func paddingIsZero(_ header: FrameHeader, at offset: Int) throws(LogError) -> Bool {
        guard let start = try load(offset, header.frameLength) else { return false }
        let end = start + FrameHeader.size + header.storedLength
        return window.isZero(end..<(start + header.frameLength))
    }

    private mutating func copyPlain(_ body: Range<Int>) {
        // SAFETY: `unpack` made the buffer at least as long as the body, which lies in the window.
        unsafe window.withUnsafeBytes { source in
            unsafe raw.withUnsafeMutableBytes { target in
                unsafe target.copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: source[body])
                )
            }
        }
    }

    private func misplacement(_ header: FrameHeader, at position: FramePosition) -> String? {
        guard header.firstSequence == position.nextSequence else {
            return "sequence \(header.firstSequence) stands where \(position.nextSequence) belongs"
        }
        if let previous = position.previousLength, previous != header.previousLength {
            return "the frame does not follow the one before it"
        }
        guard header.time >= position.time else { return "the frame's time goes back" }
        let codec = FrameHeader.Codec(rawValue: header.codec)
        guard codec != nil, codec != .lz4Dictionary || segment.header.dictionaryLength > 0 else {
            return "the frame's coding \(header.codec) is not known"
        }
        guard
            header.count > 0, header.rawLength <= Format.frameLimit,
            codec == .plain
                ? header.storedLength == header.rawLength : header.storedLength < header.rawLength,
            position.offset + header.frameLength <= segment.header.footerOffset
        else { return "the frame's lengths are impossible" }
        return nil
    }

    /// Makes a range of the file lie in the window; returns where it begins there, or `nil` if the
    /// file is shorter.
    ///
    /// What the window has of it already is kept, so that no byte is read twice on the way through a
    /// segment.
    private mutating func load(
        _ offset: Int,
        _ count: Int,
        ahead: Int = windowSize
    ) throws(LogError) -> Int? {
        if offset >= windowOffset, offset + count <= windowOffset + windowCount {
            return offset - windowOffset
        }
        let kept = max(0, offset >= windowOffset ? windowOffset + windowCount - offset : 0)
        if kept > 0 { window.moveToFront(offset - windowOffset, kept) }
        windowOffset = offset
        windowCount = 0
        let wanted = max(count, kept, min(ahead, segment.header.footerOffset - offset))
        if window.count < wanted {
            window += [UInt8](repeating: 0, count: wanted - window.count)
        }
        do throws(SystemError) {
            let read = try segment.file.fill(&window, kept..<wanted, from: offset + kept)
            windowCount = kept + read
        } catch {
            throw LogError(error)
        }
        return windowCount >= count ? 0 : nil
    }
}

extension [UInt8] {
    /// Moves some bytes to the front; the others stay what they happen to be.
    fileprivate mutating func moveToFront(_ start: Int, _ length: Int) {
        precondition(start >= 0 && length >= 0 && start + length <= count)
        // SAFETY: both ranges lie in the array, and copyMemory allows them to overlap.
        unsafe withUnsafeMutableBytes { bytes in
            unsafe bytes.copyMemory(
                from: UnsafeRawBufferPointer(rebasing: bytes[start..<start + length])
            )
        }
    }
}
