/// A piece of a state that does not fit into one `StateCarried`: its pieces come one behind the other,
/// and the last one has the meaning of that event.
public struct StatePart: FieldRecord {
    /// The sequence number of the last event in the state.
    public var position: UInt64 = 0
    /// Its place among the pieces, from 1.
    public var part: Int = 0
    /// How many pieces there are.
    public var parts: Int = 0
    /// The bytes of the state behind those of the pieces before.
    public var bytes: OpaqueBytes = .empty

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "position", &position)
        visitor.field(2, "part", &part)
        visitor.field(3, "parts", &parts)
        visitor.field(4, "bytes", &bytes)
    }
}

extension StateCarried {
    /// The bytes of a state that one record takes: half of what a record may have.
    public static let partLimit = 2 << 20

    /// The events that record it: itself where it is small enough, or else its pieces.
    ///
    /// Each is to be a group of its own, and nothing may come between them.
    public func events(partLimit: Int = StateCarried.partLimit) -> [EventBody] {
        let bytes = state.bytes
        guard bytes.count > partLimit else { return [.stateCarried(self)] }
        let starts = stride(from: 0, to: bytes.count, by: partLimit)
        return starts.enumerated().map { index, start in
            var part = StatePart()
            part.position = position
            part.part = index + 1
            part.parts = (bytes.count + partLimit - 1) / partLimit
            part.bytes = OpaqueBytes(Array(bytes[start..<min(bytes.count, start + partLimit)]))
            return .statePart(part)
        }
    }
}

/// The pieces of a state, as far as they came.
public struct StateAssembly: FieldRecord {
    private var position: UInt64 = 0
    private var taken: Int = 0
    private var bytes: OpaqueBytes = .empty

    /// No piece.
    public init() {}

    /// Whether a piece is the one that makes a state whole.
    public func isCompleted(by part: StatePart) -> Bool {
        part.part == part.parts && isNext(part)
    }

    private func isNext(_ part: StatePart) -> Bool {
        part.part == 1 || (part.part == taken + 1 && part.position == position && taken > 0)
    }

    /// Takes in the next piece.
    ///
    /// - Returns: the whole state's bytes where the piece is the last one and all others came.
    public mutating func take(_ part: StatePart) -> [UInt8]? {
        guard isNext(part), part.part <= part.parts else {
            self = StateAssembly()
            return nil
        }
        if part.part == 1 { bytes = .empty }
        position = part.position
        taken = part.part
        bytes.bytes += part.bytes.bytes
        guard part.part == part.parts else { return nil }
        let whole = bytes.bytes
        self = StateAssembly()
        return whole
    }

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "position", &position)
        visitor.field(2, "taken", &taken)
        visitor.field(3, "bytes", &bytes)
    }
}
