import Glibc

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

    /// An empty batch with room for so many bytes.
    public init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

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

    /// Removes the records, and keeps the memory for the next ones unless that is more than so many
    /// bytes.
    public mutating func removeAll(keepingAtMost most: Int = .max) {
        bytes.removeAll(keepingCapacity: bytes.capacity <= most)
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
        for _ in 0..<size { bytes.append(0) }
        // SAFETY: both ranges end at or before the array's end, which `size` bytes were just added
        // to; memmove allows them to overlap.
        unsafe bytes.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return }
            _ = unsafe memmove(base + start + size, base + start, length)
        }
        Varint.write(UInt64(length), to: &bytes, at: start)
        count += 1
        longestRecord = max(longestRecord, length)
    }
}
