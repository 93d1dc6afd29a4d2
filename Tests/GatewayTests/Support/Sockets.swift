import Foundation
import Glibc

struct SocketFailure: Error { var number: Int32 }

/// Plain sockets of 127.0.0.1.
enum Sockets {
    enum Received {
        case bytes([UInt8])
        case closed
        /// Nothing came in a minute, or nothing waits.
        case nothing
    }

    /// The sockets that this process has open.
    static func openCount() throws -> Int {
        let folder = "/proc/self/fd/"
        return try FileManager.default.contentsOfDirectory(atPath: folder).count { name in
            do {
                let target = try FileManager.default.destinationOfSymbolicLink(
                    atPath: folder + name
                )
                return target.hasPrefix("socket:")
            } catch {
                // The listing's own descriptor is closed by now.
                return false
            }
        }
    }

    static func listen() throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        // SAFETY: the address is a local of the size given.
        let port: UInt16? = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                guard unsafe bind(descriptor, generic, length) == 0,
                    Glibc.listen(descriptor, 1_024) == 0,
                    unsafe getsockname(descriptor, generic, &length) == 0
                else { return nil }
                return unsafe UInt16(bigEndian: pointer.pointee.sin_port)
            }
        }
        guard let port else { throw SocketFailure(number: errno) }
        return (descriptor, port)
    }

    static func connect(to port: Int) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = loopback(port: UInt16(port))
        // SAFETY: the address is a local of the size given.
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe Glibc.connect(
                    descriptor,
                    generic,
                    socklen_t(MemoryLayout<sockaddr_in>.size)
                )
            }
        }
        guard result == 0 else { throw SocketFailure(number: errno) }
        prepare(descriptor)
        return descriptor
    }

    /// Nothing waits for ever: whoever is silent for a minute has failed its test.
    static func prepare(_ descriptor: Int32) {
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
        var one: Int32 = 1
        unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
    }

    @discardableResult
    static func send(_ text: String, to descriptor: Int32) -> Bool {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            // SAFETY: the range lies in the array.
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.send(
                    descriptor,
                    buffer.baseAddress.map { unsafe $0 + sent },
                    bytes.count - sent,
                    Int32(MSG_NOSIGNAL)
                )
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    static func receive(from descriptor: Int32, waits: Bool = true) -> Received {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        // SAFETY: reads into the array, which is valid during the call.
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe recv(
                descriptor,
                bytes.baseAddress,
                bytes.count,
                waits ? 0 : Int32(MSG_DONTWAIT)
            )
        }
        if count > 0 { return .bytes(Array(buffer[..<count])) }
        return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? .nothing : .closed
    }

    private static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}
