import Foundation
import Glibc
import Synchronization

/// An HTTP server that does what a test says: each connection runs the script on a thread of its
/// own, with plain sockets, so that it can also do what no well-behaved server does.
final class ScriptedServer: Sendable {
    let port: UInt16
    private let listener: Int32
    private let accepted = Mutex(0)

    /// Connections accepted so far.
    var connectionCount: Int { accepted.withLock { $0 } }

    init(_ script: @escaping @Sendable (ServerConnection) -> Void) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        // SAFETY: the address is a local of the size given.
        let port: UInt16? = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                guard unsafe bind(listener, generic, length) == 0, listen(listener, 1024) == 0,
                    unsafe getsockname(listener, generic, &length) == 0
                else { return nil }
                return unsafe UInt16(bigEndian: pointer.pointee.sin_port)
            }
        }
        guard let port else { throw ServerFailure(number: errno) }
        self.port = port
        self.listener = listener
        Thread.detachNewThread { [self] in
            while true {
                // SAFETY: no address is asked for.
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else {
                    Glibc.close(listener)
                    return
                }
                accepted.withLock { $0 += 1 }
                Thread.detachNewThread {
                    let connection = ServerConnection(descriptor)
                    script(connection)
                    connection.close()
                }
            }
        }
    }

    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

    /// A port on which nothing listens (it was free a moment ago).
    static func unusedPort() throws -> UInt16 {
        let server = try ScriptedServer { _ in }
        server.stop()
        return server.port
    }
}

struct ServerFailure: Error { var number: Int32 }

/// A request as it came in.
struct ServerRequest {
    /// Request line and header lines.
    var lines: [String]
    var body: [UInt8]

    /// The header lines in order of their lower-cased names.
    func value(_ name: String) -> String? {
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            if parts[0].lowercased() == name {
                return parts[1].trimmingCharacters(in: .whitespaces)
            }
        }
        return nil
    }
}

/// One connection, confined to its script's thread.
final class ServerConnection {
    private let descriptor: Int32
    private var unread: [UInt8] = []
    private var isClosed = false

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        // A script that waits for a client which never comes must not outlive the tests.
        var patience = timeval(tv_sec: 30, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
        var one: Int32 = 1
        unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
    }

    /// The next request with its body; `nil` when the client has closed.
    ///
    /// With `pausing` it pauses before each piece of the body.
    func readRequest(pausing: Bool = false) -> ServerRequest? {
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let range = unread.firstRange(of: end) {
                let head = String(decoding: unread[..<range.lowerBound], as: UTF8.self)
                unread.removeFirst(range.upperBound)
                var request = ServerRequest(lines: head.components(separatedBy: "\r\n"), body: [])
                let length = request.value("content-length").flatMap { Int($0) } ?? 0
                while unread.count < length {
                    if pausing { usleep(50_000) }
                    guard readMore() else { return nil }
                }
                request.body = Array(unread.prefix(length))
                unread.removeFirst(length)
                return request
            }
            guard readMore() else { return nil }
        }
    }

    /// Reads the head of a request and as much as came with it; `false` when the client has closed.
    func readHead() -> Bool {
        let end = Array("\r\n\r\n".utf8)
        while unread.firstRange(of: end) == nil { guard readMore() else { return false } }
        return true
    }

    /// Reads nothing more, and keeps the connection until the client has gone or the test is over.
    func readNothing() {
        var look = pollfd(fd: descriptor, events: 0, revents: 0)
        // SAFETY: one local structure. A client's end may wait behind bytes that nobody reads.
        _ = unsafe poll(&look, 1, 5_000)
    }

    /// Reads a single byte; `false` when the client has closed.
    func readByte() -> Bool {
        var byte: UInt8 = 0
        return unsafe recv(descriptor, &byte, 1, 0) == 1  // SAFETY: one byte into a local.
    }

    /// Reads until the client closes or resets; `false` if it does neither for 30 s.
    func waitForClose() -> Bool {
        while true {
            switch readOnce() {
            case 0: return true
            case let count where count < 0: return errno == ECONNRESET
            default: continue
            }
        }
    }

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// Sends everything, blocking as long as the client's window is closed.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
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

    /// Sends a whole response with a Content-Length.
    func respond(_ body: String, status: String = "200 OK", headers: String = "") {
        send("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)")
    }

    func sendChunk(_ text: String) {
        send("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n")
    }

    /// Sends as much as goes without blocking; the number of bytes.
    func sendWithoutBlocking(_ bytes: [UInt8]) -> Int {
        // SAFETY: the array is valid during the call.
        unsafe bytes.withUnsafeBytes { buffer in
            unsafe Glibc.send(
                descriptor,
                buffer.baseAddress,
                buffer.count,
                Int32(MSG_NOSIGNAL | MSG_DONTWAIT)
            )
        }
    }

    /// Gives the client's side of the machine a millisecond.
    func pause() { usleep(1000) }

    /// Sends FIN and goes on reading.
    func finishWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Reads no more and goes on writing.
    func finishReading() { shutdown(descriptor, Int32(SHUT_RD)) }

    /// Closes with RST instead of FIN.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        let size = socklen_t(MemoryLayout<linger>.size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, size)
        close()
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        Glibc.close(descriptor)
    }

    private func readMore() -> Bool { readOnce() > 0 }

    private func readOnce() -> Int {
        var buffer = [UInt8](repeating: 0, count: 65536)
        // SAFETY: reads into the array that is valid during the call.
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe recv(descriptor, bytes.baseAddress, bytes.count, 0)
        }
        if count > 0 { unread.append(contentsOf: buffer[..<count]) }
        return count
    }
}
