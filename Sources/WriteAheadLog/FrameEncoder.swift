/// Turns pending groups into the bytes of a frame, in a buffer that is used again.
struct FrameEncoder {
    private let compressor = LZ4Compressor()
    private(set) var bytes: [UInt8] = []
    /// What the frames of the segment that is written to are compressed against.
    var dictionary: CompressionDictionary? {
        get { compressor.dictionary }
        set { compressor.use(newValue) }
    }

    /// Encodes a frame to the front of `bytes`; `previousLength` and `link` are the frame before's.
    ///
    /// Compression comes before the place is known, since the length decides whether the frame
    /// still fits the segment; the header is written by `finish`.
    mutating func compress(_ frame: PendingFrame) -> FrameHeader {
        let room = FrameHeader.size + Format.aligned(frame.bytes.count)
        if bytes.count < room {
            bytes = [UInt8](repeating: 0, count: room)
        }
        let compressed = compressor.compress(frame.bytes, into: &bytes, at: FrameHeader.size)
        if compressed == nil { bytes.overwrite(from: FrameHeader.size, with: frame.bytes) }
        return FrameHeader(
            bodyChecksum: 0,
            storedLength: compressed ?? frame.bytes.count,
            rawLength: frame.bytes.count,
            count: frame.count,
            previousLength: 0,
            codec: FrameHeader.Codec.of(compressed, with: dictionary).rawValue,
            firstSequence: frame.firstSequence,
            time: frame.time,
            link: []
        )
    }

    /// Completes the header for the frame's place, and the padding.
    mutating func finish(
        _ header: inout FrameHeader,
        after position: FramePosition,
        rawHash: [UInt8],
        salt: UInt32
    ) {
        header.previousLength = position.previousLength ?? 0
        header.link = HashChain.link(after: position.link ?? [], header, rawHash: rawHash)
        header.seal(&bytes, salt: salt)
    }
}

extension [UInt8] {
    /// Replaces the bytes from an offset on without moving the rest.
    mutating func overwrite(from offset: Int, with other: [UInt8]) {
        precondition(offset >= 0 && offset + other.count <= count)
        // SAFETY: the range was checked, and two arrays never overlap.
        unsafe other.withUnsafeBytes { source in
            unsafe withUnsafeMutableBytes { target in
                unsafe UnsafeMutableRawBufferPointer(rebasing: target[offset...])
                    .copyMemory(from: source)
            }
        }
    }
}
