import NIOCore
import NIOHTTP1

/// Speaks HTTP/1.0 with those who do.
///
/// They know no chunks (RFC 9112, section 6.1), so an answer of unknown length ends with its connection;
/// and as they take a connection for one request unless both sides say otherwise (section 9.3), it ends
/// with the first answer, whatever that is. What comes behind here has no versions any more.
final class HTTP10Handler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// What the connection's first request speaks: nobody changes that later.
    private var version: HTTPVersion?

    private var isOld: Bool { version == .http1_0 }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = unwrapInboundIn(data) else {
            return context.fireChannelRead(data)
        }
        if version == nil { version = head.version }
        guard isOld else { return context.fireChannelRead(data) }
        // Chunks were made for HTTP/1.1: whoever passed them on may have seen another end of the message
        // (RFC 9112, section 6.1).
        if head.headers.contains(name: "transfer-encoding") {
            return context.fireErrorCaught(HTTPParserError.unexpectedContentLength)
        }
        // It need not name a host (RFC 9112, section 3.2).
        if !head.headers.contains(name: "host") { head.headers.add(name: "host", value: "") }
        head.headers.replaceOrAdd(name: "connection", value: "close")
        // Nobody waits for a 100 who can't know it (RFC 9110, section 10.1.1).
        head.headers.remove(name: "expect")
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard isOld, case .head(var head) = unwrapOutboundIn(data) else {
            return context.write(data, promise: promise)
        }
        // By the version, the encoder leaves a body without a length as it is.
        head.version = .http1_0
        head.headers.replaceOrAdd(name: "connection", value: "close")
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }
}
