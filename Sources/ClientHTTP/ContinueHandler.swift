import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTPTypes

/// Tells a client that asks first to send its body (RFC 9110, section 10.1.1).
///
/// Clients wait for that before a large one: curl a second above a megabyte, others for ever.
/// Hummingbird leaves it to the application, which only sees the request when it reads the body.
/// A body that is announced as too long is not asked for: its request is answered with 413 and
/// `connection: close` instead, and so is one that breaks HTTP's rules.
final class ContinueHandler: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = HTTPRequestPart
    typealias OutboundOut = HTTPResponsePart

    private let responder: any ClientResponder

    /// - Parameter responder: who knows what each path takes.
    init(_ responder: any ClientResponder) { self.responder = responder }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data),
            head.headerFields[.expect]?.lowercased() == "100-continue",
            RequestRules.violation(of: head) == nil,
            !responder.bodyLimit(at: URI(head.path ?? "/").path).isExceeded(by: head.headerFields)
        {
            let answer = HTTPResponsePart.head(HTTPResponse(status: .continue))
            context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
        }
        context.fireChannelRead(data)
    }
}
