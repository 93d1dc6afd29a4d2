import Foundation
import Glibc

/// A TCP connection to 127.0.0.1 that shows what really came over it.
final class RawConnection {
    private let descriptor: Int32

    struct Failure: Error {
        var call: String
        var code: Int32
    }

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(call: "socket", code: errno) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        // The structure lives until the call returns, which is when the kernel is done with it.
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure(call: "connect", code: errno) }
    }

    deinit { close(descriptor) }

    func write(_ text: String) throws {
        try FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
            .write(contentsOf: Data(text.utf8))
    }

    /// Everything until the other side closes, which is a reset where it has not read all that it was
    /// sent.
    ///
    /// Reads on a thread of its own: the server's tasks need those of the cooperative pool.
    func readToEnd() async -> String {
        let descriptor = descriptor
        let data = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
                var data = Data()
                do {
                    while let piece = try handle.read(upToCount: 65_536), !piece.isEmpty {
                        data += piece
                    }
                } catch {
                    // Reset; what came before it counts.
                }
                continuation.resume(returning: data)
            }
        }
        return String(decoding: data, as: UTF8.self)
    }
}
