/// Files by path, as a machine finds them when it starts.
struct DiskImage {
    var files: [String: [UInt8]] = [:]
    /// Whether these are other files than those that were written: copies.
    var isCopy = false

    /// The files in the order of their paths.
    var inOrder: [(path: String, bytes: [UInt8])] {
        files.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Names of the files of the log itself.
    var logFiles: Set<String> {
        Set(files.keys.filter { $0.hasPrefix("\(MemoryFileSystem.directory)/log/") })
    }

    /// Equal images have equal hashes, over the files that count; two others share one about once in
    /// 2^64.
    func hash(where isCounted: (String) -> Bool = { _ in true }) -> UInt64 {
        var sum: UInt64 = 0
        for (path, bytes) in files where isCounted(path) {
            sum &+= WordHash.of(bytes, seed: WordHash.of(Array(path.utf8), seed: 1))
        }
        return sum
    }
}

/// A fast hash of bytes in words of eight, for telling images apart; no defence against anyone.
enum WordHash {
    static func of(_ bytes: [UInt8], seed: UInt64) -> UInt64 {
        var state = mix(seed ^ UInt64(bytes.count))
        // SAFETY: loads stay within the array, which lives during the call.
        unsafe bytes.withUnsafeBytes { buffer in
            var index = 0
            while index + 8 <= buffer.count {
                let word = unsafe buffer.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                state = (state ^ word) &* 0x9E37_79B9_7F4A_7C15
                state ^= state >> 29
                index += 8
            }
            while index < buffer.count {
                state = unsafe (state ^ UInt64(buffer[index])) &* 0x9E37_79B9_7F4A_7C15
                state ^= state >> 29
                index += 1
            }
        }
        return mix(state)
    }

    static func mix(_ value: UInt64) -> UInt64 {
        var z = value &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
