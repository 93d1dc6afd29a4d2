import CLZ4

/// LZ4 blocks compressed as well as the format allows, slowly, for segments that are written once
/// more and read for years; against a dictionary where there is one.
@safe final class LZ4HighCompressor {
    /// The level of the optimal parser; the library's greatest.
    private static let level: Int32 = 12
    private let state: UnsafeMutablePointer<LZ4_streamHC_t>
    private let preloaded: UnsafeMutablePointer<LZ4_streamHC_t>
    /// Kept alive, since the states point into it.
    private let dictionary: CompressionDictionary?

    init(_ dictionary: CompressionDictionary?) {
        guard let first = unsafe LZ4_createStreamHC(), let second = unsafe LZ4_createStreamHC()
        else {
            fatalError("no memory for the compressor")
        }
        // SAFETY: freed in deinit, used by one thread; the dictionary's memory outlives them.
        unsafe state = first
        unsafe preloaded = second
        self.dictionary = dictionary
        unsafe LZ4_resetStreamHC_fast(preloaded, Self.level)
        if let dictionary {
            _ = unsafe LZ4_loadDictHC(
                preloaded,
                dictionary.base.assumingMemoryBound(to: CChar.self),
                Int32(dictionary.count)
            )
        }
    }

    deinit {
        unsafe LZ4_freeStreamHC(state)
        unsafe LZ4_freeStreamHC(preloaded)
    }

    /// Compresses the first `count` bytes of `raw` into `output` from an offset on.
    ///
    /// - Returns: the compressed length, or `nil` if it would not be smaller.
    func compress(_ raw: [UInt8], count: Int, into output: inout [UInt8], at offset: Int) -> Int? {
        precondition(count <= raw.count && output.count >= offset + count)
        guard count > 1 else { return nil }
        // SAFETY: both states have the library's size; LZ4 reads `count` bytes of the array and
        // writes at most the capacity it is given.
        let length = unsafe raw.withUnsafeBytes { source in
            unsafe output.withUnsafeMutableBytes { target -> Int32 in
                guard let from = source.baseAddress, let to = target.baseAddress else { return 0 }
                unsafe UnsafeMutableRawPointer(state).copyMemory(
                    from: UnsafeRawPointer(preloaded),
                    byteCount: Int(LZ4_sizeofStateHC())
                )
                return unsafe LZ4_compress_HC_continue(
                    state,
                    from.assumingMemoryBound(to: CChar.self),
                    (to + offset).assumingMemoryBound(to: CChar.self),
                    Int32(count),
                    Int32(count - 1)
                )
            }
        }
        return length > 0 ? Int(length) : nil
    }
}
