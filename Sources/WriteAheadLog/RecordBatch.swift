/// The records of one append: they become durable together or not at all.
///
/// Records lie one behind the other in a single array, already in the form in which they are
/// stored, so that `LogWriter.append` copies them at once. Reuse a batch with `removeAll()`.
public struct RecordBatch: Sendable {
    /// Varint length and bytes of each record.
    private(set) var bytes: [UInt8] = []
    /// Number of records.
    public private(set) var count = 0
    /// Length of the longest record in bytes.
    public private(set) var longestRecord = 0

    /// An empty batch.
    public init() {}

    /// True without records.
    public var isEmpty: Bool { count == 0 }

    /// Size in bytes as stored before compression.
    public var byteCount: Int { bytes.count }

    /// Adds the record that `body` appends to the array it is given.
    ///
    /// `body` must only append: what lies before belongs to other records.
    public mutating func appendRecord<Failure: Error>(
        _ body: (inout [UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        let start = bytes.count
        do {
            try body(&bytes)
        } catch {
            bytes.removeSubrange(start...)
            throw error
        }
        precondition(bytes.count >= start, "the body of a record may only append")
        prefixLength(at: start)
    }

    /// Adds one record with these bytes.
    public mutating func appendRecord(_ record: [UInt8]) {
        let start = bytes.count
        bytes.append(contentsOf: record)
        prefixLength(at: start)
    }

    /// Removes the records and keeps the memory.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        count = 0
        longestRecord = 0
    }

    /// Puts the length before a record that was just written.
    ///
    /// The body is moved by the varint's one to five bytes: cheaper than an array for each record,
    /// and the length stays minimal.
    private mutating func prefixLength(at start: Int) {
        let length = bytes.count - start
        let size = Varint.size(UInt64(length))
        bytes.append(contentsOf: repeatElement(0, count: size))
        if length < 64 {
            var index = start + length
            while index > start {
                index -= 1
                bytes[index + size] = bytes[index]
            }
        } else {
            bytes.replaceSubrange((start + size)..., with: bytes[start..<(start + length)])
        }
        Varint.write(UInt64(length), to: &bytes, at: start)
        count += 1
        longestRecord = max(longestRecord, length)
    }
}
