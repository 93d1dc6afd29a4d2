import Foundation
import Glibc
import Synchronization

/// A provider of the OpenAI family that answers as a test says: each connection has a thread of its
/// own with a plain socket, so that it can also cut, stall and lie.
final class ScriptedUpstream: Sendable {
    typealias Script = @Sendable (UpstreamRequestSeen, ProviderSocket) -> Void

    let port: UInt16
    private let listener: Int32
    private let asked = Mutex(0)

    /// Chat requests that arrived.
    var requestCount: Int { asked.withLock { $0 } }
    var baseURL: String { "http://127.0.0.1:\(port)/v1" }

    /// A provider that lists `models` and answers each chat request by the script; the connection
    /// is closed after it unless the script keeps it.
    init(models: [String] = ["m"], _ script: @escaping Script) throws {
        let (listener, port) = try Sockets.listen()
        self.listener = listener
        self.port = port
        let list = models.map { #"{"id":"\#($0)","object":"model"}"# }.joined(separator: ",")
        Thread.detachNewThread { [self] in
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else {
                    Glibc.close(listener)
                    return
                }
                Thread.detachNewThread { [weak self] in
                    let socket = ProviderSocket(descriptor)
                    while let request = socket.readRequest() {
                        if request.line.hasPrefix("GET") {
                            socket.respond(#"{"object":"list","data":[\#(list)]}"#)
                        } else {
                            self?.asked.withLock { $0 += 1 }
                            script(request, socket)
                        }
                    }
                    socket.close()
                }
            }
        }
    }

    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    deinit { stop() }
}

/// A chat request as the provider got it.
struct UpstreamRequestSeen: Sendable {
    var line: String
    var body: String
}

/// The provider's end of a connection, confined to its thread.
final class ProviderSocket {
    private let descriptor: Int32
    private var unread: [UInt8] = []
    private var isClosed = false

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        Sockets.prepare(descriptor)
    }

    func readRequest() -> UpstreamRequestSeen? {
        guard !isClosed else { return nil }
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let range = unread.firstRange(of: end) {
                let head = String(decoding: unread[..<range.lowerBound], as: UTF8.self)
                unread.removeFirst(range.upperBound)
                let lines = head.components(separatedBy: "\r\n")
                let length =
                    lines.first { $0.lowercased().hasPrefix("content-length:") }
                    .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
                while unread.count < length { guard readMore() else { return nil } }
                let body = String(decoding: unread.prefix(length), as: UTF8.self)
                unread.removeFirst(length)
                return UpstreamRequestSeen(line: lines[0], body: body)
            }
            guard readMore() else { return nil }
        }
    }

    /// Sends a whole response with its length.
    func respond(_ body: String, status: String = "200 OK", headers: String = "") {
        send(
            "HTTP/1.1 \(status)\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)"
        )
    }

    /// Sends a whole answer of a model, 3 tokens of prompt and 2 of output.
    func answer(_ text: String = "four", model: String = "m") {
        respond(
            #"{"id":"c1","object":"chat.completion","created":1,"model":"\#(model)","#
                + #""choices":[{"index":0,"message":{"role":"assistant","content":"\#(text)"},"#
                + #""finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"#
                + #""total_tokens":5}}"#
        )
    }

    /// Begins a stream.
    func beginStream() {
        send(
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n"
        )
    }

    /// Sends some text of a streamed answer; whether somebody took it.
    @discardableResult
    func token(_ text: String) -> Bool {
        event(
            #"{"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","#
                + #""choices":[{"index":0,"delta":{"content":"\#(text)"},"finish_reason":null}]}"#
        )
    }

    /// Sends why the answer ended, and what it used.
    func finishAnswer() {
        event(
            #"{"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","#
                + #""choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#
        )
        event(
            #"{"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"#
                + #""usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"#
        )
    }

    @discardableResult
    func event(_ data: String) -> Bool { chunk("data: \(data)\n\n") }

    /// Ends the stream cleanly.
    func endStream() {
        event("[DONE]")
        send("0\r\n\r\n")
    }

    @discardableResult
    func chunk(_ text: String) -> Bool {
        send("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n")
    }

    @discardableResult
    func send(_ text: String) -> Bool { Sockets.send(text, to: descriptor) }

    /// Reads until the gateway closes; `false` if it does not for a minute.
    @discardableResult
    func waitForClose() -> Bool {
        while true {
            switch Sockets.receive(from: descriptor) {
            case .bytes: continue
            case .closed: return true
            case .nothing: return false
            }
        }
    }

    /// Closes in the middle of whatever it was.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        Glibc.close(descriptor)
    }

    private func readMore() -> Bool {
        guard case .bytes(let bytes) = Sockets.receive(from: descriptor) else { return false }
        unread += bytes
        return true
    }
}
