import Foundation
import Testing

@testable import WriteAheadLog

@Suite struct CheckpointTests {
    static func checkpoint(_ system: MemoryFileSystem) throws -> Checkpoint {
        var reader = try system.reader()
        let key = try CheckpointKey(directory: MemoryFileSystem.directory, fileSystem: system)
        return try reader.checkpoint(signedBy: key)
    }

    /// What verifying against a checkpoint complains of.
    static func problem(
        _ system: MemoryFileSystem,
        _ checkpoint: Checkpoint,
        publicKey: [UInt8]? = nil
    ) throws -> String? {
        var reader = try system.reader()
        let report = try reader.verify(against: checkpoint, publicKey: publicKey)
        #expect(report.isWhole == (report.problem == nil && report.checkpointProblem == nil))
        return report.checkpointProblem
    }

    @Test func `a log that only grew agrees with every checkpoint, recompressed or retired`() throws
    {
        let system = MemoryFileSystem()
        let writer = try system.writer(DictionaryTests.options)
        var checkpoints = [try Self.checkpoint(system)]
        #expect(checkpoints[0].sequence == 0)
        #expect(checkpoints[0].link == HashChain.origin(LogID(low: 1, high: 2)))
        for number in 0..<900 {
            try writer.append(RecordBatch("a", DictionaryTests.text(number)), time: Int64(number))
            try writer.flush()
            if number % 90 == 89 { checkpoints.append(try Self.checkpoint(system)) }
        }
        #expect(checkpoints[10].sequence == 1800)
        #expect(checkpoints[10].time == 899)
        for checkpoint in checkpoints { #expect(try Self.problem(system, checkpoint) == nil) }
        try writer.close()
        try RecompressionTests.recompressor(system).recompress(1)
        for checkpoint in checkpoints { #expect(try Self.problem(system, checkpoint) == nil) }
        try RetentionTests.retire(system, through: 1)
        var reader = try system.reader()
        let first = try reader.firstSequence()
        for checkpoint in checkpoints {
            let problem = try Self.problem(system, checkpoint)
            if checkpoint.sequence + 1 >= first {
                #expect(problem == nil)
            } else {
                #expect(problem?.contains("were retired") == true)
            }
        }
    }

    @Test func `records that were removed, rewritten or put into another log are named`() throws {
        let groups = [["one"], ["two", "2"], ["six"], ["ten"]]
        let system = try MemoryFileSystem.holding(groups)
        let checkpoint = try Self.checkpoint(system)

        // The same log, cut and closed by an honest writer.
        let shorter = try MemoryFileSystem.holding(Array(groups.prefix(3)))
        #expect(
            try Self.problem(shorter, checkpoint)
                == "records 5 to 5 were removed: the log ends with 4"
        )
        let other = try MemoryFileSystem.holding([["one"], ["two", "3"], ["six"], ["ten"]])
        #expect(try Self.problem(other, checkpoint)?.contains("were rewritten") == true)
        let regrouped = try MemoryFileSystem.holding([["one"], ["two", "2"], ["six", "ten", "x"]])
        #expect(try Self.problem(regrouped, checkpoint)?.contains("no group ends there") == true)
        var options = LogOptions.small
        options.logID = LogID(low: 5, high: 6)
        let foreign = try MemoryFileSystem.holding(groups, options)
        #expect(try Self.problem(foreign, checkpoint)?.contains("but this is log") == true)
    }

    @Test func `a checkpoint with any field changed has no right signature`() throws {
        let system = try MemoryFileSystem.holding([["one"], ["two"]])
        let checkpoint = try Self.checkpoint(system)
        #expect(checkpoint.signedBytes.count == 87)
        #expect(checkpoint.isSigned(by: checkpoint.publicKey))
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(checkpoint.json.utf8)) as? [String: Any]
        )
        for (name, value) in document where name != "version" {
            var changed = document
            if let number = value as? Int {
                changed[name] = number + 1
            } else if let text = value as? String {
                changed[name] = (text.first == "0" ? "1" : "0") + text.dropFirst()
            }
            let json = String(
                decoding: try JSONSerialization.data(withJSONObject: changed),
                as: UTF8.self
            )
            let forged = try Checkpoint(json: json, path: "f")
            let problem = try Self.problem(system, forged)
            #expect(problem?.contains("signature is wrong") == true, "\(name)")
        }
        let other = try CheckpointKey(directory: "/other", fileSystem: MemoryFileSystem())
        let problem = try Self.problem(system, checkpoint, publicKey: other.publicKey)
        #expect(problem?.contains("signature is wrong") == true)
    }

    @Test func `a checkpoint is read back as it was written, and nothing else is`() throws {
        let system = try MemoryFileSystem.holding([["one"]])
        let checkpoint = try Self.checkpoint(system)
        #expect(try Checkpoint(json: checkpoint.json, path: "f") == checkpoint)
        let bad = [
            "", "{}", "[1]", checkpoint.json.replacing("\"version\":1", with: "\"version\":2"),
            checkpoint.json.replacing("\"link\":\"", with: "\"link\":\"zz"),
        ]
        for json in bad {
            let error = logError { _ = try Checkpoint(json: json, path: "f") }
            guard case .invalidCheckpoint("f", _) = error else {
                Issue.record("accepted: \(json)")
                return
            }
        }
    }

    @Test func `the directory's key is made once and kept private`() throws {
        let directory = TemporaryDirectory()
        try LogWriter.open(directory.path, options: .small).close()
        let first = try CheckpointKey(directory: directory.path).publicKey
        #expect(try CheckpointKey(directory: directory.path).publicKey == first)
        let path = directory.path + "/checkpoint.key"
        #expect(try CheckpointKey(file: path).publicKey == first)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        try Data("short\n".utf8).write(to: URL(filePath: path))
        guard case .invalidCheckpoint = logError({ _ = try CheckpointKey(file: path) }) else {
            Issue.record("a damaged key was taken")
            return
        }
    }
}
