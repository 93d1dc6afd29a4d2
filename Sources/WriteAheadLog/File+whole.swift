import Glibc

/// Reads and writes that are never short, and the names of a log's files.
extension File {
    /// Reads until the range of the array is full or the file ends; returns the number of bytes.
    func fill(
        _ bytes: inout [UInt8],
        _ range: Range<Int>,
        from offset: Int
    ) throws(SystemError) -> Int {
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count)
        var done = 0
        while done < range.count {
            let start = range.lowerBound + done
            var failure: SystemError?
            // SAFETY: the slice lies within the array, which is not touched during the call.
            let count = unsafe bytes.withUnsafeMutableBytes { buffer -> Int in
                do throws(SystemError) {
                    let part = unsafe UnsafeMutableRawBufferPointer(
                        rebasing: buffer[start..<range.upperBound]
                    )
                    return try unsafe read(into: part, at: offset + done)
                } catch {
                    failure = error
                    return 0
                }
            }
            if let failure { throw failure }
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// The bytes from an offset on, fewer if the file ends before.
    public func bytes(at offset: Int, count: Int) throws(SystemError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let length = try fill(&bytes, 0..<count, from: offset)
        bytes.removeLast(count - length)
        return bytes
    }

    /// Writes the first `count` bytes of the array, in one call unless the system takes fewer.
    func writeAll(_ bytes: [UInt8], count: Int, at offset: Int) throws(SystemError) {
        precondition(count <= bytes.count)
        var done = 0
        while done < count {
            var failure: SystemError?
            // SAFETY: the slice lies within the array, which lives during the call.
            let written = unsafe bytes.withUnsafeBytes { buffer -> Int in
                do throws(SystemError) {
                    let part = unsafe UnsafeRawBufferPointer(rebasing: buffer[done..<count])
                    return try unsafe write(part, at: offset + done)
                } catch {
                    failure = error
                    return 0
                }
            }
            if let failure { throw failure }
            done += written
        }
    }

    /// Writes all bytes of the array, in one call unless the system takes fewer.
    public func writeAll(_ bytes: [UInt8], at offset: Int) throws(SystemError) {
        try writeAll(bytes, count: bytes.count, at: offset)
    }

    /// Writes zeroes over a range.
    func writeZeroes(_ range: Range<Int>) throws(SystemError) {
        let chunk = [UInt8](repeating: 0, count: min(range.count, 1 << 20))
        var offset = range.lowerBound
        while offset < range.upperBound {
            let count = min(chunk.count, range.upperBound - offset)
            try writeAll(chunk, count: count, at: offset)
            offset += count
        }
    }
}

extension FileSystem {
    /// Removes a name that may not be there.
    func removeIfPresent(_ path: String) throws(SystemError) {
        do throws(SystemError) {
            try remove(path)
        } catch  where error.kind == .notFound {
            return
        }
    }
}

extension FileSystem {
    /// What tells the file under a name from others; `nil` if there is none.
    func identityIfPresent(_ path: String) throws(SystemError) -> FileIdentity? {
        do throws(SystemError) {
            return try identity(path)
        } catch  where error.kind == .notFound || error.code == ENOTDIR {
            return nil
        }
    }

    func isThere(_ path: String) throws(SystemError) -> Bool {
        try identityIfPresent(path) != nil
    }
}

/// Where a log's files lie.
struct LogPaths {
    let directory: String

    var version: String { "\(directory)/version" }
    var lock: String { "\(directory)/lock" }
    var mark: String { "\(directory)/durable" }
    var checkpointKey: String { "\(directory)/checkpoint.key" }
    var segments: String { "\(directory)/log" }
    var retired: String { "\(segments)/retired" }

    /// The directories that a writer locks beside the file `lock`.
    var lockedDirectories: [String] { [directory, segments] }

    /// The directory that holds the log's directory.
    var parent: String {
        let path = directory.hasSuffix("/") ? String(directory.dropLast()) : directory
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    func segment(_ number: UInt32) -> String { "\(segments)/\(Self.name(number))" }

    func cut(_ number: UInt32, offset: Int) -> String {
        "\(segments)/cut-\(Self.digits(number))-\(offset).bin"
    }

    /// Where a repair at an instant keeps what it cuts.
    func repair(_ time: Int64) -> String { "\(segments)/repair-\(time)" }

    static func name(_ number: UInt32) -> String { "\(digits(number)).seg" }

    /// The number of a segment's file name; `nil` for other files.
    static func number(_ name: String) -> UInt32? {
        guard name.hasSuffix(".seg"), let number = UInt32(name.dropLast(4)) else { return nil }
        return Self.name(number) == name ? number : nil
    }

    private static func digits(_ number: UInt32) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }
}

/// Makes a call on files and turns its failure into the module's error.
func onDisk<Value>(_ call: () throws(SystemError) -> Value) throws(LogError) -> Value {
    do throws(SystemError) {
        return try call()
    } catch {
        throw LogError(error)
    }
}
