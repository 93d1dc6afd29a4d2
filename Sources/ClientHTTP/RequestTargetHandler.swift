import NIOCore
import NIOHTTP1

/// Brings each request's target into its usual form before the rest looks at it.
///
/// A target that is a whole URL (`GET http://host/path`) names the host itself, and what `Host` says does not
/// count beside it (RFC 9112, section 3.2.2): so its host takes that header's place, and the path behind it
/// the target's. What is neither a path, nor such a URL, nor the server itself (`*`) is emptied, so that
/// nothing behind here takes a part of it for a path; `RequestRules` refuses it.
final class RequestTargetHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = unwrapInboundIn(data),
            head.uri.utf8.first != UInt8(ascii: "/"), head.uri != "*"
        else { return context.fireChannelRead(data) }
        if let (authority, path) = Self.parts(ofURL: head.uri) {
            head.uri = path
            // A request of HTTP/1.1 has one `Host` all the same.
            if head.headers["host"].count == 1 || head.version == .http1_0 {
                head.headers.replaceOrAdd(name: "host", value: authority)
            }
        } else {
            head.uri = ""
        }
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    /// The host, with its port, and the path of a URL of HTTP; `nil` for what is none.
    static func parts(ofURL text: String) -> (authority: String, path: String)? {
        let bytes = text.utf8
        for scheme in ["http://", "https://"]
        where text.prefix(scheme.utf8.count).lowercased() == scheme {
            let start = bytes.index(bytes.startIndex, offsetBy: scheme.utf8.count)
            let end = bytes[start...].firstIndex { "/?#".utf8.contains($0) } ?? bytes.endIndex
            let path = text[end...]
            return (
                String(text[start..<end]), path.hasPrefix("/") ? String(path) : "/" + path
            )
        }
        return nil
    }
}
