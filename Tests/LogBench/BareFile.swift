import Glibc

/// The least that a commit can cost on this disk: one pwrite and one fdatasync into a file that was
/// filled with zeroes and synced before.
final class BareFile {
    private let descriptor: Int32
    private let size: Int
    private var offset = 0

    init(_ path: String, size: Int = 64 << 20) {
        self.size = size
        // SAFETY: here and below, arrays and strings lend their bytes for the call.
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        let zeroes = [UInt8](repeating: 0, count: 1 << 20)
        for start in stride(from: 0, to: size, by: zeroes.count) {
            _ = unsafe pwrite(descriptor, zeroes, zeroes.count, start)
        }
        precondition(descriptor >= 0 && fdatasync(descriptor) == 0, "\(path) can't be written")
    }

    deinit { close(descriptor) }

    /// Writes behind what was written before, and syncs.
    func commit(_ bytes: [UInt8]) {
        if offset + bytes.count > size { offset = 0 }
        let written = unsafe pwrite(descriptor, bytes, bytes.count, offset)
        precondition(written == bytes.count && fdatasync(descriptor) == 0, "the disk failed")
        offset += bytes.count
    }
}
