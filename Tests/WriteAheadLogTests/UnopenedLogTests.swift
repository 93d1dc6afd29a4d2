import Testing

@testable import WriteAheadLog

/// Damage that keeps a log from being opened at all: a check has to tell it as it tells any other.
@Suite struct UnopenedLogTests {
    static let directory = MemoryFileSystem.directory

    /// Each with the change that does it to a log of several segments.
    static let harms: [String: @Sendable (MemoryFileSystem) -> Void] = [
        "first page damaged": { $0.flip($0.segmentPath(1), 60, 0) },
        "missing": { $0.removeName($0.segmentPath(2)) },
        "first one missing": { $0.removeName($0.segmentPath(1)) },
        "cut": { system in
            let path = system.segmentPath(1)
            system.setBytes(path, Array(system.bytes(path).prefix(8_192)))
        },
        "cut to nothing": { $0.setBytes($0.segmentPath(1), []) },
        "exchanged": { $0.setBytes($0.segmentPath(2), $0.bytes($0.segmentPath(3))) },
        "first ones missing and retired damaged": { system in
            for number in 1...2 { system.removeName(system.segmentPath(number)) }
            system.setBytes("\(directory)/log/retired", [1, 2, 3])
        },
        "version missing": { $0.removeName("\(directory)/version") },
        "version unreadable": { $0.setBytes("\(directory)/version", Array("photographs".utf8)) },
    ]

    @Test(arguments: harms.keys.sorted())
    func `damage that keeps a log from being opened is in verify's report`(name: String) throws {
        let system = try SegmentFaultTests.log()
        #expect(try LogReader.verify(Self.directory, fileSystem: system).isWhole)
        let harm = try #require(Self.harms[name])
        harm(system)
        #expect(logError { _ = try system.reader() } != nil)
        let report = try LogReader.verify(Self.directory, fileSystem: system)
        #expect(!report.isWhole)
        #expect((report.problem == nil) != (report.directoryProblem == nil))
    }

    @Test func `a directory that holds no log is no damaged one`() {
        let error = logError {
            _ = try LogReader.verify(Self.directory, fileSystem: MemoryFileSystem())
        }
        guard case .notALog = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
