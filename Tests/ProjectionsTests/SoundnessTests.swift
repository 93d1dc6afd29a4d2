import EventLog
import Events
import Foundation
import GRDB
import Reporting
import Synchronization
import TestSupport
import Testing
import WriteAheadLog

@testable import Projections

@Suite("Read model that does not fit")
struct SoundnessTests {
    /// A folder with a log and its read model, and the model's dump.
    static func folder(seed: UInt64, steps: Int = 300) throws -> (Folder, [String]) {
        let folder = Folder()
        try folder.write(EventScript(seed: seed, steps: steps).events)
        try folder.model().catchUp()
        return (folder, try folder.dump())
    }

    @Test func `a read model of another log is rebuilt, and that is said`() throws {
        let (folder, right) = try Self.folder(seed: 1)
        let (other, _) = try Self.folder(seed: 2, steps: 100)
        try folder.removeReadModel()
        try FileManager.default.copyItem(atPath: other.file, toPath: folder.file)
        try folder.model().catchUp()
        #expect(try folder.dump() == right)
        #expect(folder.notices.count == 1)
        #expect(folder.notices.first?.contains("is not the one that it was made from") == true)
    }

    @Test func `a read model ahead of its log is rebuilt, and that is said`() throws {
        let (folder, right) = try Self.folder(seed: 1, steps: 100)
        let (longer, _) = try Self.folder(seed: 1, steps: 300)
        try folder.removeReadModel()
        try FileManager.default.copyItem(atPath: longer.file, toPath: folder.file)
        try folder.model().catchUp()
        #expect(try folder.dump() == right)
        #expect(folder.notices.count == 1)
        #expect(folder.notices.first?.contains("and the log ends at") == true)
    }

    @Test func `tables follow from no more than somebody was promised`() throws {
        let folder = Folder()
        let events = EventScript(seed: 1, steps: 300).events
        try folder.write(Array(events.prefix(200)))
        let mark = URL(filePath: folder.path + "/durable")
        let promised = try Data(contentsOf: mark)
        try folder.write(Array(events.dropFirst(200)))
        // As when the sync of what came since failed: the frames are there, and the mark is not moved.
        let file = try FileHandle(forWritingTo: mark)
        try file.write(contentsOf: promised)
        try file.close()
        let model = try folder.model()
        var reader = try EventReader(folder.path)
        #expect(try reader.lastSequence() == UInt64(events.count))
        try model.catchUp()
        #expect(ReadModel.witnesses(in: folder.path, after: 199).map(\.sequence) == [200])
        // A start finds it on the disk: from there on it is what anyone may count on.
        try EventLog(folder.path).close()
        try model.catchUp()
        let last = UInt64(events.count)
        #expect(ReadModel.witnesses(in: folder.path, after: 199).map(\.sequence) == [last])
        // A mark that a power cut brought back rebuilds no table.
        let again = try FileHandle(forWritingTo: mark)
        try again.write(contentsOf: promised)
        try again.close()
        try model.catchUp()
        #expect(ReadModel.witnesses(in: folder.path, after: 199).map(\.sequence) == [last])
        #expect(folder.notices == [])
    }

    @Test func `an older schema is rebuilt, and that is said`() throws {
        let (folder, right) = try Self.folder(seed: 1)
        // As an older build could have left it: another version, other tables.
        try folder.execute(
            """
            ALTER TABLE requests RENAME TO old_requests;
            INSERT INTO month_lines VALUES (1, 0, '', 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
            PRAGMA user_version = 0;
            """
        )
        try folder.model().catchUp()
        #expect(try folder.dump() == right)
        #expect(folder.notices == ["\(folder.file) is rebuilt from the log: its schema is older"])
    }

    @Test func `a newer schema is left alone and refused`() throws {
        let (folder, _) = try Self.folder(seed: 1)
        try folder.execute("PRAGMA user_version = 99")
        let before = try folder.dump()
        #expect(
            throws: ReadModelError.newerSchema(
                path: folder.file,
                version: 99,
                known: Schema.version
            )
        ) { try folder.model().catchUp() }
        #expect(try folder.dump() == before)
    }

    @Test(arguments: ["no database at all", ""])
    func `a file that is no database is rebuilt`(text: String) throws {
        let (folder, right) = try Self.folder(seed: 1)
        try folder.removeReadModel()
        try Data(String(repeating: text, count: 500).utf8).write(to: URL(filePath: folder.file))
        try folder.model().catchUp()
        #expect(try folder.dump() == right)
        #expect(folder.notices.count == (text.isEmpty ? 0 : 1))
    }

    @Test func `a file with destroyed pages is rebuilt when they are met`() throws {
        let (folder, right) = try Self.folder(seed: 1, steps: 3_000)
        let size = try Data(contentsOf: URL(filePath: folder.file)).count
        #expect(size > 8 * 4_096)
        let handle = try #require(FileHandle(forUpdatingAtPath: folder.file))
        // Everything behind the schema's page.
        try handle.seek(toOffset: 4_096)
        try handle.write(contentsOf: Data(repeating: 0xA5, count: size - 4_096))
        try handle.close()
        let story = EventScript(seed: 1, steps: 3_000)
        var list = RequestList()
        for (index, event) in story.events.enumerated() {
            list.apply(event, sequence: UInt64(index + 1))
        }
        let lines = try folder.model().requests(10, RequestFilter())
        #expect(lines == list.newest(10, RequestFilter()).map(RequestLine.init))
        #expect(try folder.dump() == right)
        #expect(folder.notices.count == 1)
        #expect(folder.notices.first?.contains("damaged") == true)
    }

    @Test func `a value of a wrong kind is damage, not a trap`() throws {
        let (folder, right) = try Self.folder(seed: 1)
        try folder.execute(
            "UPDATE requests SET id = x'0102' WHERE received IN (SELECT max(received) FROM requests)"
        )
        let lines = try folder.model().requests(10, RequestFilter())
        #expect(lines.count == 10)
        #expect(try folder.dump() == right)
        #expect(folder.notices.count == 1)
        #expect(folder.notices.first?.contains("damaged") == true)
    }

    @Test func `a file that can't be written is an error that names it`() throws {
        let (folder, _) = try Self.folder(seed: 1)
        try folder.removeReadModel()
        try FileManager.default.createDirectory(
            atPath: folder.file,
            withIntermediateDirectories: false
        )
        do {
            try folder.model().catchUp()
            Issue.record("a folder was taken for a database")
        } catch let error as ReadModelError {
            #expect(error.description.contains(folder.file))
        }
    }

    @Test func `only the log's owner may read the file`() throws {
        let (folder, _) = try Self.folder(seed: 1)
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.file)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let owner = try FileManager.default.attributesOfItem(atPath: folder.path)
        #expect(attributes[.ownerAccountID] as? Int == owner[.ownerAccountID] as? Int)
    }

    @Test func `a directory without a log gets no read model`() throws {
        let folder = Folder()
        #expect(throws: (any Error).self) { try folder.model() }
        #expect(!FileManager.default.fileExists(atPath: folder.file))
    }
}
