/// Groups that wait to be written as one frame.
struct PendingFrame {
    /// The raw body.
    var bytes: [UInt8] = []
    var count = 0
    var firstSequence: UInt64 = 0
    var time: Int64 = 0
    var lastTime: Int64 = 0

    var isEmpty: Bool { count == 0 }

    /// Adds a group behind the others.
    mutating func add(_ records: RecordBatch, sequence: UInt64, time now: Int64) {
        if count == 0 {
            firstSequence = sequence
            time = now
            lastTime = now
        }
        Varint.append(UInt64(now - lastTime), to: &bytes)
        Varint.append(UInt64(records.count), to: &bytes)
        bytes.append(contentsOf: records.bytes)
        count += records.count
        lastTime = now
    }
}
