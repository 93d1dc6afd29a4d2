import Foundation
import Testing

@testable import WriteAheadLog

@Suite("A directory's secret")
struct DirectorySecretTests {
    @Test func `is made once, is private, and is another one under another name`() throws {
        let directory = TemporaryDirectory()
        try FileManager.default.createDirectory(
            atPath: directory.path,
            withIntermediateDirectories: true
        )
        let first = try DirectorySecret.bytes(named: "a.key", in: directory.path)
        #expect(first.count == 32)
        #expect(try DirectorySecret.bytes(named: "a.key", in: directory.path) == first)
        #expect(try DirectorySecret.bytes(named: "b.key", in: directory.path) != first)
        let path = directory.path + "/a.key"
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test(arguments: ["", "short\n", "\(String(repeating: "g", count: 64))\n"])
    func `a file of another form is an error, and stays as it is`(text: String) throws {
        let directory = TemporaryDirectory()
        try FileManager.default.createDirectory(
            atPath: directory.path,
            withIntermediateDirectories: true
        )
        let path = directory.path + "/a.key"
        try Data(text.utf8).write(to: URL(filePath: path))
        let error = logError { _ = try DirectorySecret.bytes(named: "a.key", in: directory.path) }
        #expect(error == .invalidSecret(path: path))
        #expect(try Data(contentsOf: URL(filePath: path)) == Data(text.utf8))
    }
}
