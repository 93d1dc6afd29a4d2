import HTTPTypes
import Hummingbird
import NIOCore

/// The most bytes that a request's body may have, and what sets that.
struct BodyLimit: Equatable {
    /// For bodies that name a request or a model: a comment of a few pages fits.
    static let small = BodyLimit(bytes: 64 << 10)

    let bytes: Int
    /// The key of the configuration; `nil` where the limit is fixed.
    var setting: String?

    /// Whether the head of a request says already that its body is too long.
    func isExceeded(by headers: HTTPFields) -> Bool {
        // What is no number was refused by HTTP's parser; one of more digits than an `Int` has is not.
        guard let length = headers[.contentLength] else { return false }
        return Int(length).map { $0 > bytes } ?? true
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
    /// The limit holds for what arrives and for what it is inflated to.
    /// - Throws: `UnsupportedCoding`, `InvalidCoding`, `BodyTooLong`, `BodyTooDense`, or what broke it
    ///   off.
    func wholeBody(upTo limit: BodyLimit) async throws -> [UInt8] {
        let coding = try ContentCoding(of: self)
        let body = try await arrivingBody(upTo: limit)
        guard let coding else { return body }
        return try await BlockingWork.run { try coding.inflated(body, upTo: limit) }
    }

    private func arrivingBody(upTo limit: BodyLimit) async throws -> [UInt8] {
        if limit.isExceeded(by: headers) { throw BodyTooLong(limit: limit) }
        do {
            return Array(try await body.collect(upTo: limit.bytes).readableBytesView)
        } catch is NIOTooManyBytesError {
            throw BodyTooLong(limit: limit)
        }
    }
}
