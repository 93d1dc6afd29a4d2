import Glibc
import WriteAheadLog

extension File {
    /// Writes all of the bytes from the start of the file.
    func writeAll(_ bytes: [UInt8]) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            let start = done
            // safe: the slice lies within the array, which lives during the call.
            done += try unsafe bytes.span.withUnsafeBytes { buffer throws(SystemError) in
                try unsafe write(UnsafeRawBufferPointer(rebasing: buffer[start...]), at: start)
            }
        }
    }

    /// All bytes of the file.
    func readAll() throws(SystemError) -> [UInt8] { try part(at: 0, count: try size()) }

    /// The bytes from an offset on, fewer if the file ends before.
    func part(at offset: Int, count: Int) throws(SystemError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < bytes.count {
            let start = done
            // safe: the slice lies within the array, which lives during the call.
            var span = bytes.mutableSpan
            let count = try unsafe span.withUnsafeMutableBytes { buffer throws(SystemError) in
                try unsafe read(
                    into: UnsafeMutableRawBufferPointer(rebasing: buffer[start...]),
                    at: offset + start
                )
            }
            if count == 0 { break }
            done += count
        }
        bytes.removeLast(bytes.count - done)
        return bytes
    }
}

extension SystemError {
    /// Whether the file or folder is not there.
    var isNotFound: Bool { code == ENOENT }
}
