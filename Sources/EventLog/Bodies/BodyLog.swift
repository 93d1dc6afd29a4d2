public import Events
public import WriteAheadLog

/// The log of captured bodies: beside the events' own, with segments and a retention of its own.
///
/// Nothing is decided by it, and no request waits for it.
public final class BodyLog: Sendable {
    /// Where the bodies of a data directory are.
    public static func directory(in data: String) -> String { data + "/bodies" }

    private let writer: LogWriter
    private let directory: String

    /// Opens the bodies of a data directory for appending; the only writer.
    ///
    /// Blocks on I/O.
    ///
    /// - Throws: `LogError`, as `LogWriter.open` does.
    public init(
        in data: String,
        options: LogOptions = LogOptions(),
        fileSystem: any FileSystem = PosixFileSystem()
    ) throws(LogError) {
        directory = Self.directory(in: data)
        writer = try LogWriter.open(directory, options: options, fileSystem: fileSystem)
    }

    /// Why nothing more should be appended for now; `nil` in health.
    public var shortage: LogError? { writer.shortage }

    /// Appends a text; never waits for the disk.
    ///
    /// A crash may leave its first parts alone, which a reader says.
    ///
    /// - Throws: `LogError` when the log takes nothing more.
    public func append(_ body: CapturedBody, at time: Timestamp) throws(LogError) {
        for part in body.parts {
            var batch = RecordBatch()
            batch.appendRecord(part.encoded)
            try writer.append(batch, time: time.microseconds)
        }
    }

    /// Deletes the segments whose last text is older than so many days.
    ///
    /// Whole segments go, never the last two. Blocks on I/O.
    ///
    /// - Returns: the bytes of the deleted files.
    /// - Throws: `LogError`.
    @discardableResult
    public func retire(olderThanDays days: Int, now: Timestamp) throws(LogError) -> Int64 {
        var reader = try LogReader(directory)
        let plan = RetentionPlan(.days(days), segments: try reader.segments(), now: now)
        guard let plan else { return 0 }
        try writer.retire(throughSegment: plan.through)
        return plan.bytes
    }

    /// Blocks until everything appended is durable.
    ///
    /// - Throws: `LogError` when it never will be.
    public func flush() throws(LogError) { try writer.flush() }

    /// Makes everything durable and lets go of the directory.
    ///
    /// - Throws: `LogError` when something appended is not durable.
    public func close() throws(LogError) { try writer.close() }
}
