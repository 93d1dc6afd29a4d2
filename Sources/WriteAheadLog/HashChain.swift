import Crypto

/// The chain of SHA-256 links that makes a change in any earlier frame visible.
enum HashChain {
    static let linkSize = 32

    /// What the first frame of a log is linked to.
    static func origin(_ log: LogID) -> [UInt8] {
        var bytes = Array("logway log 1".utf8)
        let id = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: 16))
        bytes.store(log.low, at: id)
        bytes.store(log.high, at: id + 8)
        return SHA256.hash(data: bytes).bytes
    }

    /// The link of a frame: over the link before, the header's fields and the hash of the raw bytes.
    static func link(after previous: [UInt8], _ header: FrameHeader, rawHash: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(previous.count + 24 + rawHash.count)
        bytes.append(contentsOf: previous)
        let fields = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: 24))
        bytes.store(header.firstSequence, at: fields)
        bytes.store(header.time, at: fields + 8)
        bytes.store(UInt32(header.count), at: fields + 16)
        bytes.store(UInt32(header.rawLength), at: fields + 20)
        bytes.append(contentsOf: rawHash)
        return SHA256.hash(data: bytes).bytes
    }

    /// SHA-256 of a range of an array.
    static func hash(_ bytes: [UInt8], _ range: Range<Int>) -> [UInt8] {
        // SAFETY: the range is checked against the array, which lives during the call.
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count)
        return unsafe bytes.withUnsafeBytes { buffer in
            unsafe SHA256.hash(data: UnsafeRawBufferPointer(rebasing: buffer[range])).bytes
        }
    }
}

extension SHA256.Digest {
    /// The bytes, copied at once: as a sequence, a digest copies itself first and the array grows.
    fileprivate var bytes: [UInt8] {
        // SAFETY: copied during the call.
        unsafe withUnsafeBytes { unsafe Array($0) }
    }
}
