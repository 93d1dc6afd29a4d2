public import Events

/// What a captured text is.
public enum BodyKind: UInt8, FieldEnumeration {
    /// The body that a client sent.
    case request = 1
    /// What the client was sent, whole or streamed.
    case answer = 2

    /// The client's.
    public static var empty: BodyKind { .request }
}

/// A record of the log of bodies: the text of a request or an answer, or a part of it.
public struct BodyPart: FieldRecord {
    /// The request.
    public var request: RequestID = .empty
    /// Whether it is what was asked or what was answered.
    public var kind: BodyKind = .request
    /// The attempt that gave the answer, from 1; 0 for a request.
    public var attempt: Int = 0
    /// How many bytes lie before this part.
    public var offset: Int = 0
    /// Whether no part follows.
    public var isLast: Bool = false
    /// Whether the text was longer: it broke off, or it was over the limit of what is captured.
    public var isCut: Bool = false
    /// The key that the bytes are encrypted with; 0 for none, which is all that there is yet.
    public var keyID: UInt64 = 0
    /// The bytes.
    public var bytes: OpaqueBytes = .empty

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "request", &request)
        visitor.field(2, "kind", &kind)
        visitor.field(3, "attempt", &attempt)
        visitor.field(4, "offset", &offset)
        visitor.field(5, "is_last", &isLast)
        visitor.field(6, "is_cut", &isCut)
        visitor.field(7, "key_id", &keyID)
        visitor.field(8, "bytes", &bytes)
    }
}

/// The text of a request or an answer.
public struct CapturedBody: Hashable, Sendable {
    /// The bytes of a part; a frame of the log holds four.
    static let partSize = 1 << 20

    /// The request.
    public var request: RequestID
    /// Whether it is what was asked or what was answered.
    public var kind: BodyKind
    /// The attempt that gave the answer, from 1; 0 for a request.
    public var attempt: Int
    /// The text, without keys.
    public var bytes: [UInt8]
    /// Whether this is all of it.
    public var isWhole: Bool

    /// A text.
    public init(
        of request: RequestID,
        _ kind: BodyKind,
        attempt: Int = 0,
        bytes: [UInt8] = [],
        isWhole: Bool = true
    ) {
        self.request = request
        self.kind = kind
        self.attempt = attempt
        self.bytes = bytes
        self.isWhole = isWhole
    }

    /// The records that hold it, in order; at least one.
    var parts: [BodyPart] {
        stride(from: 0, to: max(1, bytes.count), by: Self.partSize).map { offset in
            let end = min(bytes.count, offset + Self.partSize)
            var part = BodyPart()
            part.request = request
            part.kind = kind
            part.attempt = attempt
            part.offset = offset
            part.isLast = end == bytes.count
            part.isCut = part.isLast && !isWhole
            part.bytes = OpaqueBytes(Array(bytes[offset..<end]))
            return part
        }
    }
}
