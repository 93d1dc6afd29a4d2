import Catalog
import Foundation
import Settings
import Testing

@Suite("Configuration file")
struct SettingsFileTests {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)

    /// Runs `body` in a fresh folder, which is removed afterwards.
    func inFolder(_ body: () throws -> Void) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body()
    }

    func write(_ path: String, _ bytes: some Sequence<UInt8>) throws {
        let file = folder.appending(path: path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(bytes).write(to: file)
    }

    func found(given: String? = nil, _ environment: [String: String] = [:]) -> String? {
        Settings.file(
            given: given,
            workingDirectory: folder.path,
            environment: environment.merging(["HOME": folder.path]) { own, _ in own }
        )
    }

    @Test
    func `the given path comes first, then the working directory, then the home folder`() throws {
        try inFolder {
            #expect(found() == nil)
            try write(".config/logway/logway.yaml", "".utf8)
            #expect(found() == folder.path + "/.config/logway/logway.yaml")
            try write("xdg/logway/logway.yaml", "".utf8)
            let xdg = ["XDG_CONFIG_HOME": folder.path + "/xdg"]
            #expect(found(xdg) == folder.path + "/xdg/logway/logway.yaml")
            try write("logway.yaml", "".utf8)
            #expect(found(xdg) == folder.path + "/logway.yaml")
            #expect(found(given: "nowhere.yaml") == "nowhere.yaml")
        }
    }

    @Test
    func `a file is read, and its path is the origin`() throws {
        try inFolder {
            try write("a.yaml", "providers: [{type: ollama}]".utf8)
            let file = folder.path + "/a.yaml"
            let settings = try Settings(file: file, environment: [:], catalog: Catalog.shipped)
            #expect(settings.origin == .file(file))
        }
    }

    @Test
    func `a file that can't be read says why and what to do`() throws {
        try inFolder {
            try write("latin.yaml", [0x61, 0xE9])
            let reasons = [
                "none.yaml": "there is no such file; docs/configuration.md shows what to write",
                "": "this is a folder; name the file in it",
                "latin.yaml": "it is not UTF-8 text; save it as UTF-8",
            ]
            for (name, reason) in reasons {
                let file = name.isEmpty ? folder.path : folder.path + "/" + name
                #expect(throws: SettingsError.unreadable(file: file, reason: reason)) {
                    try Settings(file: file, environment: [:], catalog: Catalog.shipped)
                }
            }
        }
    }

    @Test func `a relative path is meant from the folder of the file`() throws {
        let yaml = """
            catalog: models.json
            trustedCertificates: ./certificates/own.pem
            log: {directory: ../logs}
            providers:
              - type: simulated
                simulation: {outcomes: /absolute.jsonl, models: [{name: m}]}
            """
        func read(_ file: String) throws -> Settings {
            let environment = ["HOME": "/home/me"]
            let catalog = try Catalog.shipped
            return try Settings(yaml: yaml, file: file, environment: environment, catalog: catalog)
        }
        let settings = try read("/etc/logway/logway.yaml")
        #expect(settings.catalogFile == "/etc/logway/models.json")
        #expect(settings.trustedCertificatesFile == "/etc/logway/certificates/own.pem")
        #expect(settings.log.directory == "/etc/logway/../logs")
        #expect(settings.providers[0].simulation?.outcomesFile == "/absolute.jsonl")
        #expect(try read("conf/logway.yaml").catalogFile == "conf/models.json")
        #expect(try read("logway.yaml").catalogFile == "models.json")
    }
}
