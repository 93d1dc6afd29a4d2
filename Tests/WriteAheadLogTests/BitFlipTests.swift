import Dispatch
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import WriteAheadLog

@Suite struct BitFlipTests {
    /// A log of one segment of 64 KiB, nearly full, and the records in it.
    static func log() throws -> (DiskImage, CrashWorkload.Appended) {
        let disk = MemoryFileSystem()
        let options = LogOptions(segmentSize: 64 << 10, logID: LogID(low: 1, high: 2))
        var appended = CrashWorkload.Appended()
        var draw = SeededRandom(seed: 5)
        let writer = try disk.writer(options)
        for group in 0..<110 {
            var batch = RecordBatch()
            for _ in 0...(group % 3) {
                // Every other record compresses, so that both codings are there.
                let byte = UInt8(truncatingIfNeeded: draw.next())
                let record = (0..<draw.int(0...800)).map { index in
                    group % 2 == 0
                        ? byte &+ UInt8(index / 90) : UInt8(truncatingIfNeeded: draw.next())
                }
                batch.appendRecord(record)
                appended.records.append(record)
            }
            try writer.append(batch, time: Int64(group) * 1000)
            try writer.flush()
        }
        try writer.close()
        return (disk.image, appended)
    }

    /// Flips each bit of the first segment in turn and says what is wrong with what then happens.
    static func flipAll(
        _ image: DiskImage,
        _ appended: CrashWorkload.Appended,
        sparing: Int,
        verifies: Bool
    ) throws
        -> (flips: Int, failures: [String])
    {
        let workers = ProcessInfo.processInfo.activeProcessorCount
        let failures = Mutex<[String]>([])
        let flips = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: workers) { worker in
            let disk = MemoryFileSystem(image)
            let path = disk.segmentPath(1)
            let size = image.files[path]?.count ?? 0
            for place in stride(from: worker, to: size, by: workers) {
                for bit in 0..<8 {
                    disk.flip(path, place, bit)
                    if let failure = failure(
                        of: disk,
                        appended,
                        isLast: place >= sparing,
                        verifies: verifies
                    ) {
                        failures.withLock { $0.append("byte \(place) bit \(bit): \(failure)") }
                    }
                    disk.flip(path, place, bit)
                }
            }
            flips.withLock { $0 += (size - worker + workers - 1) / workers * 8 }
        }
        return (flips.withLock { $0 }, failures.withLock { $0 })
    }

    /// What is wrong with how a log with one flipped bit is read; `nil` if nothing is.
    ///
    /// `isLast`: the bit lies in the last frame or behind it. `verifies`: the log is verified even
    /// if all records are shown or the reader refuses.
    static func failure(
        of disk: MemoryFileSystem,
        _ appended: CrashWorkload.Appended,
        isLast: Bool,
        verifies: Bool
    ) -> String? {
        var seen = 0
        var isWrong = false
        let error = logError {
            var reader = try disk.reader()
            try reader.forEach { record, sequence, _ in
                seen += 1
                isWrong = isWrong || sequence != seen || !appended.holds(record, at: sequence)
                return true
            }
        }
        if isWrong { return "a wrong record was shown" }
        // What verify finds does not depend on the mark, but for the end.
        if !verifies, error != nil || seen == appended.records.count { return nil }
        if let error {
            guard case .corrupt(1, _, _) = error else { return "\(error)" }
        }
        var report = VerificationReport()
        let refusal = logError {
            var reader = try disk.reader()
            report = try reader.verify()
        }
        // Damage to the first page is found before there is anything to verify.
        let isFound = refusal != nil || report.problem != nil
        if error == nil, seen < appended.records.count {
            guard isLast, report.tornTail != nil else { return "records are gone without a word" }
        }
        if error != nil, !isFound { return "a reader refuses what verify finds whole" }
        return isFound || report.tornTail != nil ? nil : "not found"
    }

    @Test func `each of the 524,288 bits of a 64 KiB log is noticed when it flips`()
        throws
    {
        var (image, appended) = try Self.log()
        let mark = "\(MemoryFileSystem.directory)/durable"
        let last = try #require(try MemoryFileSystem(image).frames().last)
        #expect(last.end > 56 << 10)
        let marked = try Self.flipAll(image, appended, sparing: last.end, verifies: true)
        image.files[mark] = nil
        let unmarked = try Self.flipAll(image, appended, sparing: last.offset, verifies: false)
        for (what, result) in [("with the mark", marked), ("without it", unmarked)] {
            #expect(result.flips == 524_288)
            #expect(result.failures.isEmpty, "\(what): \(result.failures.prefix(5))")
        }
        print("bit flips: \(marked.flips) with the mark, \(unmarked.flips) without")
    }

    @Test func `verify finds a flipped bit in padding and in a footer`() throws {
        let system = try SegmentFaultTests.log()
        let frame = try #require(
            try system.frames().first { $0.storedLength % 8 != 0 }
        )
        let places = [
            frame.end - 1, Format.footerOffset(segmentSize: 16 << 10) + 130,
            Format.footerOffset(segmentSize: 16 << 10) - 1,
        ]
        for place in places {
            let copy = system.copy()
            var bytes = copy.bytes(copy.segmentPath(1))
            bytes[place] ^= 1
            copy.setBytes(copy.segmentPath(1), bytes)
            var reader = try copy.reader()
            #expect(try reader.verify().problem?.segment == 1, "byte \(place)")
        }
    }
}
