public import Events
import WriteAheadLog

/// Finds captured bodies, in any process, also beside their live writer.
public struct BodyReader {
    private var log: LogReader

    /// Opens the bodies of a data directory; `nil` when none were ever captured there.
    ///
    /// - Throws: `LogError`, as `LogReader` does.
    public init?(in data: String) throws {
        do throws(LogError) {
            log = try LogReader(BodyLog.directory(in: data))
        } catch {
            guard case .notALog = error else { throw error }
            return nil
        }
    }

    /// Finds the texts of a request.
    ///
    /// - Parameters:
    ///   - id: the request.
    ///   - end: an instant after which none of them was captured; `nil` reads to the end.
    /// - Returns: the texts, in the order in which they were captured.
    /// - Throws: `LogError`, or `UndecodableEvent` for a record of a later build.
    public mutating func bodies(of id: RequestID, until end: Timestamp?) throws -> [CapturedBody] {
        var found: [CapturedBody] = []
        try log.forEach(from: firstSequence(of: id)) { record, sequence, time in
            if let end, time > end.microseconds { return false }
            let part: BodyPart
            do throws(EventCodingError) {
                part = try BodyPart(decoding: Array(copying: record))
            } catch {
                throw UndecodableEvent(sequence: sequence, reason: error)
            }
            if part.request == id { found.add(part) }
            return true
        }
        return found
    }

    /// Where to begin to look; the beginning, where what lies before was retired.
    private mutating func firstSequence(of id: RequestID) throws -> UInt64 {
        do {
            return try log.firstSequence(atOrAfter: id.earliestTime.microseconds)
        } catch let error as LogError {
            guard case .retired(let first) = error else { throw error }
            return first
        }
    }
}

extension [UInt8] {
    fileprivate init(copying span: Span<UInt8>) {
        // SAFETY: the pointer is used only inside the closure, while the span is borrowed.
        self = unsafe span.withUnsafeBytes { unsafe Array($0) }
    }
}

extension [CapturedBody] {
    /// Adds a part; one that continues nothing is what a crash or retention left.
    fileprivate mutating func add(_ part: BodyPart) {
        let isNext =
            last.map { $0.kind == part.kind && $0.attempt == part.attempt && !$0.isWhole } ?? false
        if part.offset > 0, isNext, let index = indices.last {
            self[index].bytes += part.bytes.bytes
            self[index].isWhole = part.isLast && !part.isCut
        } else {
            append(
                CapturedBody(
                    of: part.request,
                    part.kind,
                    attempt: part.attempt,
                    bytes: part.bytes.bytes,
                    isWhole: part.isLast && !part.isCut && part.offset == 0
                )
            )
        }
    }
}
