/// Where a log begins whose oldest segments were retired: the file `retired`
/// (docs/log-format.md).
struct Retirement: Equatable {
    static let size = 80
    /// The bytes `LWRT`.
    static let magic: UInt32 = 0x5452_574C

    var logID: LogID
    var firstSegment: UInt32
    var firstSequence: UInt64
    /// Time of the last retired group.
    var previousTime: Int64
    var previousChain: [UInt8]

    /// The log begins with this segment.
    init(keeping header: SegmentHeader) {
        logID = header.logID
        firstSegment = header.number
        firstSequence = header.firstSequence
        previousTime = header.previousTime
        previousChain = header.previousChain
    }

    /// What the file says; `nil` if there is none, or none that is whole.
    static func read(
        _ paths: LogPaths,
        in fileSystem: any FileSystem
    ) throws(LogError)
        -> Retirement?
    {
        do throws(SystemError) {
            let file = try fileSystem.open(paths.retired, .read)
            return Retirement(try file.bytes(at: 0, count: size))
        } catch {
            if error.kind == .notFound { return nil }
            throw LogError(error)
        }
    }

    /// Rewrites the file: whole under a temporary name first, so that no crash tears it.
    func write(_ paths: LogPaths, in fileSystem: any FileSystem) throws(SystemError) {
        let temporary = paths.retired + ".tmp"
        try fileSystem.removeIfPresent(temporary)
        let file = try fileSystem.open(temporary, .create)
        try file.writeAll(bytes, at: 0)
        try file.synchronize()
        try fileSystem.rename(temporary, to: paths.retired)
        try fileSystem.synchronizeDirectory(paths.segments)
    }

    /// Removes the segments before the first kept one; what a crash leaves of them the next opening
    /// removes.
    func removeSegments(_ paths: LogPaths, in fileSystem: any FileSystem) throws(SystemError) {
        let names = try fileSystem.list(paths.segments)
        let retired = names.compactMap(LogPaths.number).filter { $0 < firstSegment }.sorted()
        guard !retired.isEmpty else { return }
        // A writer that was killed may have left this file's name unsynced: a power cut that takes the
        // name away must find the segments.
        try fileSystem.synchronizeDirectory(paths.segments)
        for number in retired { try fileSystem.removeIfPresent(paths.segment(number)) }
        try fileSystem.synchronizeDirectory(paths.segments)
    }
}

extension Retirement {
    init?(_ bytes: [UInt8]) {
        guard
            bytes.count == Self.size, bytes.integer(UInt32.self, at: 0) == Self.magic,
            bytes.integer(UInt32.self, at: 4) == CRC32C.of(bytes, 8..<Self.size)
        else { return nil }
        logID = LogID(low: bytes.integer(at: 8), high: bytes.integer(at: 16))
        firstSegment = bytes.integer(at: 24)
        firstSequence = bytes.integer(at: 32)
        previousTime = bytes.integer(at: 40)
        previousChain = Array(bytes[48..<80])
    }

    var bytes: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Self.size)
        bytes.store(Self.magic, at: 0)
        bytes.store(logID.low, at: 8)
        bytes.store(logID.high, at: 16)
        bytes.store(firstSegment, at: 24)
        bytes.store(firstSequence, at: 32)
        bytes.store(previousTime, at: 40)
        bytes.store(previousChain, at: 48)
        bytes.store(CRC32C.of(bytes, 8..<Self.size), at: 4)
        return bytes
    }
}
