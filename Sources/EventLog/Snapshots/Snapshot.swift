import Crypto
public import Events

/// A folded state as of one event, written down so that a start need not fold the log again.
///
/// It is only ever a short cut: what it says follows from the log, and a snapshot that is damaged,
/// of another log or of other code is passed over.
public struct Snapshot: FieldRecord {
    /// The identity of the log, its first and its last eight bytes.
    public var logLow: UInt64 = 0
    /// See above.
    public var logHigh: UInt64 = 0
    /// The sequence number of the last event in the state.
    public var sequence: UInt64 = 0
    /// The time of the last event in the state.
    public var time: Timestamp = .empty
    /// SHA-256 of that event's bytes in the log.
    ///
    /// A log that was put back from a copy and then written on has the same identity and the same
    /// numbers, but not the same event there.
    public var anchor: OpaqueBytes = .empty
    /// The fingerprint of the code that folded the state.
    public var code: OpaqueBytes = .empty
    /// The state's fields in the coding of events.
    public var state: OpaqueBytes = .empty

    /// A snapshot with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "log_low", &logLow)
        visitor.field(2, "log_high", &logHigh)
        visitor.field(3, "sequence", &sequence)
        visitor.field(4, "time", &time)
        visitor.field(5, "anchor", &anchor)
        visitor.field(6, "code", &code)
        visitor.field(7, "state", &state)
    }
}

extension Snapshot {
    /// What each file begins with; the last two bytes are the format's version.
    private static let magic = Array("LOGWAYSN".utf8) + [1, 0]
    private static let headerSize = magic.count + SHA256.byteCount

    /// The file's bytes: magic and version, SHA-256 of what follows, the fields.
    var fileBytes: [UInt8] {
        let fields = encoded
        return Self.magic + Array(SHA256.hash(data: fields)) + fields
    }

    /// Reads a file's bytes.
    ///
    /// - Throws: `SnapshotFault.damaged` unless they are a whole snapshot of this format.
    init(fileBytes bytes: [UInt8]) throws(SnapshotFault) {
        guard bytes.count > Self.headerSize, bytes.starts(with: Self.magic) else {
            throw .damaged("it does not begin like one of this build's")
        }
        let fields = Array(bytes[Self.headerSize...])
        let sum = bytes[Self.magic.count..<Self.headerSize]
        guard sum.elementsEqual(SHA256.hash(data: fields)) else {
            throw .damaged("its checksum is wrong")
        }
        do throws(EventCodingError) {
            self = try Snapshot(decoding: fields)
        } catch {
            throw .damaged(error.description)
        }
    }

    /// SHA-256 of an event's bytes.
    static func anchor(of record: Span<UInt8>) -> OpaqueBytes {
        // SAFETY: the pointer is used only inside the closure, while the span is borrowed.
        unsafe record.withUnsafeBytes { bytes in
            var hash = SHA256()
            unsafe hash.update(bufferPointer: bytes)
            return OpaqueBytes(Array(hash.finalize()))
        }
    }
}

/// Why a snapshot is not used.
public enum SnapshotFault: Error, Hashable, Sendable {
    /// The file is no whole snapshot of this format.
    case damaged(String)
    /// It belongs to another log, or to another course of this one.
    case foreign(String)
    /// Other code folded it.
    case otherCode
    /// It could not be read.
    case unreadable(String)
}

extension SnapshotFault: CustomStringConvertible {
    /// What is wrong with it.
    public var description: String {
        switch self {
        case .damaged(let reason): "it is damaged: \(reason)"
        case .foreign(let reason): "it is not of this log: \(reason)"
        case .otherCode: "it was folded by another build of logway"
        case .unreadable(let reason): "it can't be read: \(reason)"
        }
    }
}
