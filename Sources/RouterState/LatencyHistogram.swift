import Events

/// Counts of times in buckets of fixed bounds, four to each doubling: adding is an index and a sum,
/// and two machines count alike.
///
/// The bounds are those of a histogram with two significant bits (as HdrHistogram has them), in units
/// of 1,024 µs: 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, … to about nineteen minutes.
struct LatencyHistogram: Hashable, Sendable {
    static let bucketCount = 76
    /// Faded counts; empty before the first.
    private var counts: [Int] = []

    init() {}

    static func bucket(of microseconds: Int) -> Int {
        let units = max(0, microseconds) >> 10
        guard units >= 4 else { return units }
        let octave = Int.bitWidth - 1 - units.leadingZeroBitCount
        return min(bucketCount - 1, (octave - 1) * 4 + (units >> (octave - 2)) & 3)
    }

    /// The first time in microseconds that is beyond a bucket.
    static func end(of bucket: Int) -> Int {
        let next = bucket + 1
        guard next > 4 else { return next << 10 }
        let (octave, part) = (next / 4 + 1, next % 4)
        return ((4 + part) << (octave - 2)) << 10
    }

    mutating func add(_ microseconds: Int) {
        if counts.isEmpty { counts = [Int](repeating: 0, count: Self.bucketCount) }
        counts[Self.bucket(of: microseconds)].addClamped(ModelRecord.weight)
    }

    mutating func fade(by halvings: Int) {
        for index in counts.indices { counts[index] >>= halvings }
    }

    /// The end of the bucket in which the share is reached, in microseconds; `nil` with fewer
    /// observations than `least`, by their faded weight.
    func percentile(_ percent: Int, of least: Int = 0) -> Int? {
        let total = counts.reduce(0) { $0.addingClamped(max(0, $1)) }
        guard total > 0, total / ModelRecord.weight >= least else { return nil }
        // What fits in a machine word, which is all but a damaged log's, takes a third of the time.
        if total < Int.max / 100, (0...100).contains(percent) {
            let wanted = total * percent
            var sum = 0
            for (bucket, count) in counts.enumerated() where count > 0 {
                sum += count
                if sum * 100 >= wanted { return Self.end(of: bucket) }
            }
            return Self.end(of: Self.bucketCount - 1)
        }
        let wanted = Int128(total) * Int128(percent)
        var sum: Int128 = 0
        for (bucket, count) in counts.enumerated() where count > 0 {
            sum += Int128(count) * 100
            if sum >= wanted { return Self.end(of: bucket) }
        }
        return Self.end(of: Self.bucketCount - 1)
    }
}

extension LatencyHistogram: FieldRecord {
    mutating func visit(_ visitor: inout some FieldVisitor) {
        var lines = counts.enumerated().filter { $0.element != 0 }.map(Line.init)
        let wasUsed = !counts.isEmpty
        var isUsed = wasUsed
        visitor.field(1, "used", &isUsed)
        visitor.field(2, "buckets", &lines)
        counts = isUsed ? [Int](repeating: 0, count: Self.bucketCount) : []
        for line in lines where counts.indices.contains(line.bucket) {
            counts[line.bucket] = line.count
        }
    }

    private struct Line: FieldRecord {
        var bucket = 0
        var count = 0

        init() {}

        init(bucket: Int, count: Int) {
            self.bucket = bucket
            self.count = count
        }

        mutating func visit(_ visitor: inout some FieldVisitor) {
            visitor.field(1, "bucket", &bucket)
            visitor.field(2, "count", &count)
        }
    }
}
