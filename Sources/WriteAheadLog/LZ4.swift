import CLZ4

/// LZ4 blocks, compressed fast, against a dictionary where there is one.
///
/// The library that Debian ships has no call that attaches a dictionary, so a state is preloaded
/// once and copied before each block: 16 KiB, about what clearing it would cost.
@safe final class LZ4Compressor {
    private let state: UnsafeMutablePointer<LZ4_stream_t>
    private let preloaded: UnsafeMutablePointer<LZ4_stream_t>
    /// Kept alive, since the preloaded state points into it.
    private(set) var dictionary: CompressionDictionary?

    init() {
        // SAFETY: freed in deinit, used by one thread.
        unsafe state = .allocate(capacity: 1)
        unsafe preloaded = .allocate(capacity: 1)
        unsafe LZ4_resetStream(state)
        unsafe LZ4_resetStream(preloaded)
    }

    deinit {
        unsafe state.deallocate()
        unsafe preloaded.deallocate()
    }

    /// Compresses against another dictionary from now on.
    func use(_ dictionary: CompressionDictionary?) {
        self.dictionary = dictionary
        guard let dictionary else { return }
        // SAFETY: the dictionary's memory outlives the state's use of it.
        unsafe LZ4_resetStream(preloaded)
        _ = unsafe LZ4_loadDict(
            preloaded,
            dictionary.base.assumingMemoryBound(to: CChar.self),
            Int32(dictionary.count)
        )
    }

    /// Compresses `raw` into `output` from an offset on, with the dictionary if there is one.
    ///
    /// - Returns: the compressed length, or `nil` if it would not be smaller.
    func compress(_ raw: [UInt8], into output: inout [UInt8], at offset: Int) -> Int? {
        precondition(output.count >= offset + raw.count)
        guard raw.count > 1 else { return nil }
        // SAFETY: LZ4 writes at most the capacity it is given, which lies within the array.
        let length = unsafe raw.withUnsafeBytes { source in
            unsafe output.withUnsafeMutableBytes { target -> Int32 in
                guard let from = source.baseAddress, let to = target.baseAddress else { return 0 }
                let input = unsafe from.assumingMemoryBound(to: CChar.self)
                let place = unsafe (to + offset).assumingMemoryBound(to: CChar.self)
                let count = Int32(raw.count)
                if dictionary == nil {
                    return unsafe LZ4_compress_fast_extState(
                        state,
                        input,
                        place,
                        count,
                        count - 1,
                        1
                    )
                }
                unsafe state.update(from: preloaded, count: 1)
                return unsafe LZ4_compress_fast_continue(state, input, place, count, count - 1, 1)
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
        rawLength: Int,
        dictionary: CompressionDictionary? = nil
    ) -> Bool {
        precondition(range.lowerBound >= 0 && range.upperBound <= stored.count)
        precondition(raw.count >= rawLength)
        // SAFETY: both ranges were checked; LZ4 never passes the lengths it is given, the
        // dictionary's included.
        let length = unsafe stored.withUnsafeBytes { source in
            unsafe raw.withUnsafeMutableBytes { target -> Int32 in
                guard let from = source.baseAddress, let to = target.baseAddress else { return -1 }
                return unsafe LZ4_decompress_safe_usingDict(
                    (from + range.lowerBound).assumingMemoryBound(to: CChar.self),
                    to.assumingMemoryBound(to: CChar.self),
                    Int32(range.count),
                    Int32(rawLength),
                    dictionary?.base.assumingMemoryBound(to: CChar.self),
                    Int32(dictionary?.count ?? 0)
                )
            }
        }
        return length == Int32(rawLength)
    }
}
