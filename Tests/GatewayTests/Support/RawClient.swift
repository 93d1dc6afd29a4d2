import Foundation
import Glibc
import Synchronization

/// A client with a plain socket: it sees every byte, and can hang up, be silent and speak badly.
final class RawClient: Sendable {
    private let descriptor: Mutex<Int32?>
    private let received = Mutex<[UInt8]>([])
    private let number: Int32

    init(port: Int) throws {
        number = try Sockets.connect(to: port)
        descriptor = Mutex(number)
    }

    deinit { close() }

    func send(_ text: String) { Sockets.send(text, to: number) }

    /// Sends a chat request of the OpenAI family.
    func chat(_ model: String = "m", streamed: Bool = false, text: String = "What is 2+2?") {
        post(Self.body(model, streamed: streamed, text: text))
    }

    static func body(_ model: String, streamed: Bool, text: String = "What is 2+2?") -> String {
        #"{"model":"\#(model)","stream":\#(streamed),"#
            + #""messages":[{"role":"user","content":"\#(text)"}]}"#
    }

    func post(_ body: String, to path: String = "/v1/chat/completions", headers: String = "") {
        send(
            "POST \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                + "\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
    }

    func get(_ path: String, headers: String = "") {
        send("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\(headers)\r\n")
    }

    /// Whether anything waits to be read at this moment, or was read and not taken.
    var hasBytes: Bool {
        if case .bytes(let bytes) = Sockets.receive(from: number, waits: false) {
            received.withLock { $0 += bytes }
        }
        return received.withLock { !$0.isEmpty }
    }

    /// Everything that waits to be read at this moment, after what was read and not taken.
    var text: String {
        _ = hasBytes
        return received.withLock { String(decoding: $0, as: UTF8.self) }
    }

    /// Takes what comes up to and with some text; what came instead if the connection ends first.
    @discardableResult
    func read(through mark: String) async -> String {
        await offPool {
            while true {
                let found = self.received.withLock { bytes -> String? in
                    guard let range = bytes.firstRange(of: Array(mark.utf8)) else { return nil }
                    defer { bytes.removeFirst(range.upperBound) }
                    return String(decoding: bytes[..<range.upperBound], as: UTF8.self)
                }
                if let found { return found }
                guard self.readMore() else { return self.takeAll() }
            }
        }
    }

    /// Takes everything up to the connection's end.
    func readToEnd() async -> String {
        await offPool {
            while self.readMore() {}
            return self.takeAll()
        }
    }

    /// Takes one response with a `Content-Length` or in chunks.
    func response(isHead: Bool = false) async -> RawResponse {
        let head = await read(through: "\r\n\r\n")
        var response = RawResponse(head: head, body: "")
        if isHead { return response }
        if let length = response.header("content-length").flatMap({ Int($0) }) {
            response.body = await take(length)
        } else if response.header("transfer-encoding") == "chunked" {
            while true {
                // CR LF is one character of Swift's.
                let line = await read(through: "\r\n").dropLast()
                guard let size = Int(line, radix: 16) else {
                    response.isCut = true
                    break
                }
                response.body += await take(size)
                _ = await take(2)
                if size == 0 { break }
            }
        }
        return response
    }

    /// Hangs up.
    func close() {
        let open = descriptor.withLock { $0.take() }
        if let open { Glibc.close(open) }
    }

    private func take(_ count: Int) async -> String {
        await offPool {
            while self.received.withLock({ $0.count < count }), self.readMore() {}
            return self.received.withLock { bytes in
                defer { bytes.removeFirst(min(count, bytes.count)) }
                return String(decoding: bytes.prefix(count), as: UTF8.self)
            }
        }
    }

    private func takeAll() -> String {
        received.withLock { bytes in
            defer { bytes = [] }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    private func readMore() -> Bool {
        guard case .bytes(let bytes) = Sockets.receive(from: number) else { return false }
        received.withLock { $0 += bytes }
        return true
    }
}

/// A response as it came.
struct RawResponse: Sendable {
    var head: String
    var body: String
    /// Whether the connection ended in the middle of it.
    var isCut = false

    init(head: String, body: String) {
        self.head = head
        self.body = body
    }

    var status: Int? { head.split(separator: " ").dropFirst().first.flatMap { Int($0) } }

    func header(_ name: String) -> String? {
        for line in head.components(separatedBy: "\r\n").dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == name {
                return parts[1].trimmingCharacters(in: .whitespaces)
            }
        }
        return nil
    }
}

/// Runs what blocks on a thread of its own: the gateway needs the cooperative pool.
func offPool<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
        Thread.detachNewThread { continuation.resume(returning: body()) }
    }
}
