import Foundation

/// Reads a log, in any process, also beside its live writer.
///
/// While a writer lives, nothing past its durable mark is visited. Without one the reader scans to
/// the end of the last whole frame; what lies there becomes durable when the next writer opens.
/// A value is confined to one thread at a time and keeps its place: `forEach` from the sequence
/// after the last one visited goes on without seeking, which is how a log is followed.
public struct LogReader {
    /// The log's directory.
    public let directory: String

    /// Opens the log in a directory for reading.
    ///
    /// - Throws: `notALog` if there is none, `newerVersion`, `corrupt` if a segment's first page is
    ///   damaged or a segment is missing, `io`.
    public init(
        _ directory: String,
        fileSystem: any FileSystem = PosixFileSystem()
    ) throws(LogError) {
        self.directory = directory
    }

    /// Last sequence number that may be visited now; 0 for an empty log.
    public mutating func durableSequence() throws(LogError) -> UInt64 { 0 }

    /// Visits the records from a sequence number on, in order, up to the durable end of this moment.
    ///
    /// The body gets a record's bytes (borrowed, valid only during the call), its sequence number
    /// and its group's time in microseconds since the epoch; it returns false to stop. One buffer is
    /// reused; there is no allocation per record.
    ///
    /// - Returns: the sequence number to go on from.
    /// - Throws: `LogError.corrupt` with the place of a damaged frame (the records before it were
    ///   visited), `LogError.io`, or what the body throws.
    @discardableResult
    public mutating func forEach(
        from sequence: UInt64 = 1,
        _ body: (Span<UInt8>, UInt64, Int64) throws -> Bool
    ) throws -> UInt64 { sequence }

    /// First sequence number whose group's time is at or after an instant, in microseconds since
    /// the epoch; the sequence after the last one if all are older.
    ///
    /// Reads one segment's frames.
    public mutating func firstSequence(atOrAfter time: Int64) throws(LogError) -> UInt64 { 1 }

    /// The segments, oldest first.
    public mutating func segments() throws(LogError) -> [SegmentSummary] { [] }

    /// Counts and sizes of the whole log.
    ///
    /// Sealed segments answer from their footers.
    public mutating func statistics() throws(LogError) -> LogStatistics { LogStatistics() }

    /// Visits the frames from a segment on, for `logway log dump`.
    ///
    /// The body returns false to stop.
    ///
    /// - Throws: as `forEach`.
    public mutating func forEachFrame(
        fromSegment segment: UInt32 = 0,
        _ body: (FrameSummary) throws -> Bool
    ) throws {}

    /// Checks every checksum, chain link, sequence number, time, length and padding byte, and stops
    /// at the first block that is wrong.
    ///
    /// `progress` is called now and then with the bytes checked and the bytes to check.
    ///
    /// - Throws: `io` and `notALog` only: damage is what the report is for.
    public mutating func verify(
        progress: ((_ checked: Int, _ total: Int) -> Void)? = nil
    ) throws(LogError) -> VerificationReport { VerificationReport() }
}
