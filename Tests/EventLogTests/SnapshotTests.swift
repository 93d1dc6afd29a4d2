import Events
import Foundation
import Testing
import WriteAheadLog

@testable import EventLog

@Suite("Snapshots")
struct SnapshotTests {
    static let code = OpaqueBytes([1, 2, 3])
    static let time = EventLogTests.start

    /// A log of ten events in a directory of its own.
    struct Fixture {
        let directory = TemporaryDirectory()
        let log: EventLog
        let store: SnapshotStore

        init(events: Int = 10) throws {
            log = try EventLog(directory.path, options: EventLogTests.options)
            try log.append((0..<events).map { EventLogTests.event($0) })
            store = SnapshotStore(directory.path)
        }

        /// A snapshot whose state says which event it is of.
        func snapshot(_ sequence: UInt64) throws -> Snapshot {
            let state = "state \(sequence) " + String(repeating: "x", count: 300)
            return try log.snapshot(
                of: Array(state.utf8),
                at: sequence,
                time: SnapshotTests.time,
                code: SnapshotTests.code
            )
        }

        func restored(
            code: OpaqueBytes = SnapshotTests.code
        ) throws -> (state: String?, ignored: [SnapshotStore.Ignored]) {
            try log.restore(from: store, code: code) { bytes throws(EventCodingError) in
                String(String(decoding: bytes, as: UTF8.self).prefix { $0 != "x" })
            }
        }
    }

    @Test func `a snapshot comes back as it was written, the newest first`() throws {
        let fixture = try Fixture()
        #expect(try fixture.restored().state == nil)
        #expect(try fixture.restored().ignored == [])
        for sequence: UInt64 in [3, 9, 5] {
            try fixture.store.write(try fixture.snapshot(sequence))
            #expect(try fixture.store.read(sequence) == (try fixture.snapshot(sequence)))
        }
        #expect(try fixture.store.sequences() == [9, 5])
        #expect(try fixture.restored().state == "state 9 ")
        #expect(try fixture.restored().ignored == [])
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: fixture.store.folder).count == 2
        )
    }

    @Test func `a snapshot waits until its last event is durable`() throws {
        let fixture = try Fixture()
        try fixture.log.append([EventLogTests.event(11)])
        _ = try fixture.snapshot(11)
        #expect(fixture.log.durableSequence >= 11)
    }

    @Test func `every changed byte and every cut is found, and the older one used`() throws {
        let fixture = try Fixture()
        try fixture.store.write(try fixture.snapshot(4))
        try fixture.store.write(try fixture.snapshot(8))
        let path = fixture.store.path(of: 8)
        let whole = try #require(FileManager.default.contents(atPath: path))
        var damaged = whole.indices.map { index in
            var bytes = whole
            bytes[index] ^= 1 << UInt8(index % 8)
            return bytes
        }
        damaged += (0..<whole.count).map { Data(whole[..<$0]) }
        for bytes in damaged {
            try bytes.write(to: URL(filePath: path))
            let (state, ignored) = try fixture.restored()
            try #require(state == "state 4 ")
            try #require(ignored.count == 1 && ignored.first?.path == path)
            guard case .damaged = ignored.first?.fault else {
                Issue.record("taken as whole: \(ignored)")
                return
            }
        }
        #expect(damaged.count == whole.count * 2)
    }

    @Test func `a snapshot of other code is passed over`() throws {
        let fixture = try Fixture()
        try fixture.store.write(try fixture.snapshot(8))
        let (state, ignored) = try fixture.restored(code: OpaqueBytes([4]))
        #expect(state == nil)
        #expect(ignored.map(\.fault) == [.otherCode])
        #expect(ignored.first?.description.contains("another build") == true)
    }

    @Test func `a snapshot of another log is passed over`() throws {
        let (one, other) = (try Fixture(), try Fixture())
        try one.store.write(try other.snapshot(8))
        let (state, ignored) = try one.restored()
        #expect(state == nil)
        #expect(ignored.map(\.fault) == [.foreign("its log has another identity")])
    }

    /// What putting back an old copy of the log without its snapshots leaves.
    @Test func `a snapshot of another course of this log is passed over`() throws {
        let fixture = try Fixture()
        var beyond = try fixture.snapshot(10)
        beyond.sequence = 11
        try fixture.store.write(beyond)
        var other = try fixture.snapshot(9)
        other.anchor = try fixture.snapshot(8).anchor
        try fixture.store.write(other)
        let (state, ignored) = try fixture.restored()
        #expect(state == nil)
        #expect(
            ignored.map(\.fault) == [
                .foreign("it is of event 11, and the log ends at 10"),
                .foreign("event 9 of the log is another one"),
            ]
        )
    }

    @Test func `a file under another snapshot's name is passed over`() throws {
        let fixture = try Fixture()
        try fixture.store.write(try fixture.snapshot(4))
        try FileManager.default.moveItem(
            atPath: fixture.store.path(of: 4),
            toPath: fixture.store.path(of: 7)
        )
        #expect(
            try fixture.restored().ignored.map(\.fault) == [
                .foreign("it holds the state of event 4")
            ]
        )
    }

    /// Whatever call fails, what was there before can still be used, or the new one can.
    @Test func `a failure at any call of a write leaves a snapshot to start from`() throws {
        let fixture = try Fixture()
        var call = 0
        while true {
            let folder = fixture.store.folder
            try? FileManager.default.removeItem(atPath: folder)
            for sequence: UInt64 in [3, 5] {
                try fixture.store.write(try fixture.snapshot(sequence))
            }
            let failing = FailingFileSystem(at: call)
            let store = SnapshotStore(fixture.directory.path, fileSystem: failing)
            let snapshot = try fixture.snapshot(8)
            do {
                try store.write(snapshot)
            } catch {
                #expect(error.code == 5)
            }
            let (state, ignored) = try fixture.restored()
            #expect(state == "state 5 " || state == "state 8 ", "call \(call)")
            #expect(ignored == [], "call \(call)")
            // And what it left behind is no obstacle to the next.
            try fixture.store.write(snapshot)
            #expect(try fixture.restored().state == "state 8 ", "call \(call)")
            #expect(try fixture.store.sequences() == [8, 5], "call \(call)")
            if !failing.hasFailed { break }
            call += 1
        }
        // mkdir, open, four writes or more, fdatasync, rename, fsync, unlink.
        #expect(call >= 10)
    }
}

@Suite("The code's fingerprint")
struct CodeFingerprintTests {
    /// An ELF file of a header, one program header of the given type and one note.
    static func elf(note: [UInt8], segmentType: UInt8 = 4) -> [UInt8] {
        var file = [UInt8](repeating: 0, count: 64 + 56)
        file.replaceSubrange(0..<6, with: [0x7F, 0x45, 0x4C, 0x46, 2, 1])
        file[0x20] = 64
        file[0x36] = 56
        file[0x38] = 1
        file[64] = segmentType
        file[64 + 0x08] = 120
        file[64 + 0x20] = UInt8(note.count)
        return file + note
    }

    static func buildID(in file: [UInt8]) throws(SystemError) -> OpaqueBytes? {
        try CodeFingerprint.buildID { offset, count throws(SystemError) in
            Array(file.dropFirst(offset).prefix(count))
        }
    }

    static let abiTag: [UInt8] = [4, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 71, 78, 85, 0, 9, 9, 0, 0]
    static let note: [UInt8] = [4, 0, 0, 0, 3, 0, 0, 0, 3, 0, 0, 0, 71, 78, 85, 0, 7, 8, 9, 0]

    @Test func `the build id is found among the notes`() throws {
        #expect(try Self.buildID(in: Self.elf(note: Self.note)) == OpaqueBytes([7, 8, 9]))
        let both = Self.elf(note: Self.abiTag + Self.note)
        #expect(try Self.buildID(in: both) == OpaqueBytes([7, 8, 9]))
    }

    @Test func `what has none, or is no ELF file, or is cut, has no fingerprint`() throws {
        #expect(try Self.buildID(in: Self.elf(note: Self.abiTag)) == nil)
        #expect(try Self.buildID(in: Self.elf(note: Self.note, segmentType: 1)) == nil)
        #expect(try Self.buildID(in: Array("#!/bin/sh\n".utf8)) == nil)
        let whole = Self.elf(note: Self.note)
        for count in 0..<whole.count - 1 {
            #expect(try Self.buildID(in: Array(whole[..<count])) == nil)
        }
    }

    @Test func `damage to any byte never traps`() throws {
        let whole = Self.elf(note: Self.abiTag + Self.note)
        var found = 0
        for index in whole.indices {
            for bit in 0..<8 {
                var file = whole
                file[index] ^= 1 << UInt8(bit)
                if try Self.buildID(in: file) != nil { found += 1 }
            }
        }
        #expect(found > 0)
    }
}
