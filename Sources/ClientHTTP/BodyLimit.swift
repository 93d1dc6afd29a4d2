import HTTPTypes
public import Hummingbird
import NIOCore
public import Platform

/// The most bytes that a request's body may have, and what sets that.
public struct BodyLimit: Equatable, Sendable {
    /// For bodies that name a request or a model: a comment of a few pages fits.
    public static let small = BodyLimit(bytes: 64 << 10)

    /// How many.
    public let bytes: Int
    /// The key of the configuration; `nil` where the limit is fixed.
    var setting: String?

    /// A limit of so many bytes, which a key of the configuration sets; `nil` where it is fixed.
    public init(bytes: Int, setting: String? = nil) {
        self.bytes = bytes
        self.setting = setting
    }

    /// Whether the head of a request says already that its body is too long.
    func isExceeded(by headers: HTTPFields) -> Bool {
        // What isn't a number was refused by HTTP's parser; one of more digits than an `Int` has is not.
        guard let length = headers[.contentLength] else { return false }
        return Int(length).map { $0 > bytes } ?? true
    }

    /// The limit of a body that takes room, of which it has no more than one request's share.
    func within(_ held: HeldRoom?) -> BodyLimit {
        guard let room = held?.room, room.share / ArrivingBody.copies < bytes else { return self }
        return BodyLimit(
            bytes: room.share / ArrivingBody.copies,
            setting: "1/\(ArrivingBody.shares * ArrivingBody.copies) of \(room.setting)"
        )
    }
}

/// A body that is longer than its path takes.
struct BodyTooLong: Error {
    let limit: BodyLimit
}

extension Request {
    /// The whole body, inflated where it is compressed; the client that announces too much of it is
    /// refused before it has sent any.
    ///
    /// The limit holds for what arrives and for what it is inflated to; both take room before they are
    /// there, and the socket is not read while there is none. A small body needs no room: there are as
    /// many of them as connections at most.
    /// - Throws: `UnsupportedCoding`, `InvalidCoding`, `BodyTooLong`, `BodyTooDense`, `NoRoom`, or what
    ///   broke it off.
    public func wholeBody(upTo limit: BodyLimit, in held: HeldRoom? = nil) async throws -> [UInt8] {
        let coding = try ContentCoding(of: self)
        let limit = limit.within(held)
        if limit.isExceeded(by: headers) { throw BodyTooLong(limit: limit) }
        let body = try await ArrivingBody(of: self, upTo: limit, in: held).whole()
        guard let coding else { return body }
        return try await coding.inflated(body, upTo: limit, in: held)
    }
}
