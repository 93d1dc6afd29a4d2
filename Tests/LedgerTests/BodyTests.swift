import EventLog
import Events
import Foundation
import Synchronization
import TestSupport
import Testing
import WriteAheadLog

@testable import Ledger
@testable import Platform

@Suite("Texts that are kept")
struct BodyTests {
    /// What the recorder told.
    final class Notices: Sendable {
        let texts = Mutex<[String]>([])
        var list: [String] { texts.withLock { $0 } }
        func take(_ text: String) { texts.withLock { $0.append(text) } }
    }

    static let id = Journey.id(1)

    static func bodies(_ directory: TemporaryDirectory) throws -> [CapturedBody] {
        var reader = try #require(try BodyReader(in: directory.path))
        return try reader.bodies(of: id, until: nil)
    }

    @Test func `keys are taken out, everything else stays byte for byte`() throws {
        let directory = TemporaryDirectory()
        let notices = Notices()
        let recorder = BodyRecorder(
            try BodyLog(in: directory.path),
            keys: Redaction([Redaction(key: "abcdefgh-1"), Redaction(key: "abcdefgh-1234")]),
            shortage: { nil },
            notice: { notices.take($0) }
        )
        let odd: [UInt8] = [0xFF, 0x00, 0x0A] + Array("e\u{301}".utf8)
        let keyed = Array("{\"a\":\"abcdefgh-1234 abcdefgh-1 sk-12345678\"}".utf8)
        let now = Clocks.wall
        recorder.capture(CapturedBody(of: Self.id, .request, bytes: odd), at: now)
        recorder.capture(CapturedBody(of: Self.id, .answer, bytes: keyed), at: now)
        recorder.close()
        let found = try Self.bodies(directory).map(\.bytes)
        #expect(found == [odd, Array("{\"a\":\"[key] [key] [key]\"}".utf8)])
        #expect(notices.list.isEmpty)
    }

    @Test func `without room texts are left out, told of once, and kept again after`() throws {
        let directory = TemporaryDirectory()
        let notices = Notices()
        let isFull = Atomic(true)
        let recorder = BodyRecorder(
            try BodyLog(in: directory.path),
            keys: Redaction(),
            shortage: { isFull.load(ordering: .relaxed) ? .diskFull(path: "x") : nil },
            notice: { notices.take($0) }
        )
        let body = CapturedBody(of: Self.id, .request, bytes: [1])
        for _ in 0..<3 { recorder.capture(body, at: Clocks.wall) }
        let large = [UInt8](repeating: 0, count: BodyRecorder.waitingLimit + 1)
        recorder.capture(CapturedBody(of: Self.id, .request, bytes: large), at: Clocks.wall)
        recorder.drain()
        #expect(notices.list.count == 1)
        #expect(notices.list.first?.contains("the requests go on") == true)
        isFull.store(false, ordering: .relaxed)
        recorder.capture(body, at: Clocks.wall)
        recorder.close()
        #expect(notices.list.last?.contains("4 were left out") == true)
        #expect(try Self.bodies(directory) == [body])
    }

    @Test func `a log of texts that fails stops no request`() async throws {
        let directory = TemporaryDirectory()
        let files = HeldFileSystem()
        let notices = Notices()
        let log = try BodyLog(in: directory.path, fileSystem: files)
        let recorder = BodyRecorder(
            log,
            keys: Redaction(),
            shortage: { nil },
            notice: { notices.take($0) }
        )
        files.fail()
        recorder.capture(CapturedBody(of: Self.id, .request, bytes: [1]), at: Clocks.wall)
        recorder.drain()
        #expect(throws: LogError.self) { try log.flush() }
        recorder.capture(CapturedBody(of: Self.id, .request, bytes: [2]), at: Clocks.wall)
        recorder.close()
        #expect(notices.list.contains { $0.contains("the requests go on") })
    }
}
