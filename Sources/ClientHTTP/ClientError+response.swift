public import Events
import HTTPTypes
public import Hummingbird
import NIOCore
import Platform
public import Providers

extension ClientError {
    /// The error as a response in the shape of the client's family.
    public func response(for family: WireFamily) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = "application/json"
        headers[.requestID] = requestID
        // What the client may use instead (RFC 9110, section 15.5.16).
        if status == 415 { headers[.acceptEncoding] = ContentCoding.accepted }
        // The client shall stop: whatever it still sends is read and thrown away by the server.
        if code == "request_too_large" || code == "overloaded" { headers[.connection] = "close" }
        if let retryAfter { headers[.retryAfter] = String(retryAfter) }
        return Response(
            status: .init(code: status),
            headers: headers,
            body: ResponseBody(
                byteBuffer: ByteBuffer(
                    bytes: without(Redaction()).body(for: family, at: Clocks.wall)
                )
            )
        )
    }

    /// The error as the end of a stream whose head has been sent; no clean end follows.
    public func framed(for family: WireFamily) -> Response {
        let frame = ByteBuffer(bytes: frame(for: family, at: Clocks.wall))
        return Response(
            status: .ok,
            body: ResponseBody { writer in
                try await writer.write(frame)
                try await writer.finish(nil)
            }
        )
    }

    /// The error for a body that could not be read.
    public init(unreadable error: any Error, id: Events.RequestID) {
        let requestID = id.description
        switch error {
        case let error as RequestError:
            self.init(
                status: 400,
                code: error.code ?? (error.field == nil ? "invalid_json" : "invalid_request"),
                message: error.message,
                param: error.field,
                requestID: requestID
            )
        case let error as BodyTooLong:
            self.init(
                status: 413,
                code: "request_too_large",
                message: "the body is over the limit of \(error.limit.bytes) bytes"
                    + (error.limit.setting.map { " (\($0))" } ?? ""),
                requestID: requestID
            )
        case let error as NoRoom:
            self.init(
                status: 503,
                code: "overloaded",
                message: "\(error); send it again in a moment",
                requestID: requestID
            )
            retryAfter = Shortages.retryAfterSeconds
        case let error as UnsupportedCoding:
            self.init(
                status: 415,
                code: "unsupported_encoding",
                message:
                    "the body is encoded as '\(error.name)', which is not decoded here; send it "
                    + "without content-encoding, or as gzip or deflate",
                requestID: requestID
            )
        case let error as InvalidCoding:
            self.init(
                status: 400,
                code: "invalid_encoding",
                message: "the body is no \(error.coding.rawValue), as content-encoding says: "
                    + error.reason,
                requestID: requestID
            )
        case let error as BodyTooDense:
            self.init(
                status: 413,
                code: "request_too_large",
                message:
                    "the body grows to more than \(ContentCoding.ratioLimit) times its size when the "
                    + "\(error.coding.rawValue) is undone; send it without content-encoding",
                requestID: requestID
            )
        default:
            self.init(
                status: 400,
                code: "unreadable_body",
                message: "the body could not be read to its end",
                requestID: requestID
            )
        }
    }
}
