import CLZ4

/// LZ4 blocks.
///
/// The compressor keeps its 16 KiB of working memory between calls.
@safe final class LZ4Compressor {
    private let state: UnsafeMutableRawPointer

    init() {
        // safe: freed in deinit, used by one thread.
        unsafe state = .allocate(byteCount: Int(LZ4_sizeofState()), alignment: 16)
    }

    deinit { unsafe state.deallocate() }

    /// Compresses `raw` into `output` from an offset on.
    ///
    /// - Returns: the compressed length, or `nil` if it would not be smaller.
    func compress(_ raw: [UInt8], into output: inout [UInt8], at offset: Int) -> Int? {
        precondition(output.count >= offset + raw.count)
        guard raw.count > 1 else { return nil }
        // safe: LZ4 writes at most the capacity it is given, which lies within the array.
        let length = unsafe raw.withUnsafeBytes { source in
            unsafe output.withUnsafeMutableBytes { target -> Int32 in
                guard let from = source.baseAddress, let to = target.baseAddress else { return 0 }
                return unsafe LZ4_compress_fast_extState(
                    state,
                    from.assumingMemoryBound(to: CChar.self),
                    (to + offset).assumingMemoryBound(to: CChar.self),
                    Int32(raw.count),
                    Int32(raw.count - 1),
                    1
                )
            }
        }
        return length > 0 ? Int(length) : nil
    }
}

/// Decompression of LZ4 blocks.
enum LZ4 {
    /// Decompresses a range of `stored` to the front of `raw`; false unless exactly `rawLength`
    /// bytes come out.
    static func decompress(
        _ stored: [UInt8],
        _ range: Range<Int>,
        into raw: inout [UInt8],
        rawLength: Int
    ) -> Bool {
        precondition(range.lowerBound >= 0 && range.upperBound <= stored.count)
        precondition(raw.count >= rawLength)
        // safe: both ranges were checked; LZ4_decompress_safe never passes the lengths it is given.
        let length = unsafe stored.withUnsafeBytes { source in
            unsafe raw.withUnsafeMutableBytes { target -> Int32 in
                guard let from = source.baseAddress, let to = target.baseAddress else { return -1 }
                return unsafe LZ4_decompress_safe(
                    (from + range.lowerBound).assumingMemoryBound(to: CChar.self),
                    to.assumingMemoryBound(to: CChar.self),
                    Int32(range.count),
                    Int32(rawLength)
                )
            }
        }
        return length == Int32(rawLength)
    }
}
