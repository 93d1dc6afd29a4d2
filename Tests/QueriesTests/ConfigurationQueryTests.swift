import Catalog
import Foundation
import Settings
import Testing

@testable import Queries

@Suite("Finding data and configuration")
struct ConfigurationQueryTests {
    static let two = """
        providers:
          - {type: simulated, name: one, priority: 1} # first
          - {type: simulated, name: two, priority: 2}

        """

    static func location(
        _ folder: WorkFolder,
        named: String? = nil,
        configuration: String? = nil,
        _ variables: [String: String] = [:]
    ) throws -> DataLocation {
        try DataLocation(
            named: named,
            configuration: configuration,
            in: folder.environment(variables)
        )
    }

    @Test func `the directory is the named one, the configuration's or the usual one`() throws {
        let folder = try WorkFolder()
        func directory(_ variables: [String: String] = [:], named: String? = nil) throws -> String {
            let location = try Self.location(folder, named: named, variables)
            #expect(location.mistakenConfiguration == nil)
            return location.directory
        }
        let home = folder.path + "/home"
        #expect(try directory() == home + "/.local/share/logway")
        #expect(try directory(["XDG_DATA_HOME": "/x"]) == "/x/logway")
        #expect(try directory(["XDG_DATA_HOME": "x"]) == home + "/.local/share/logway")
        let both = ["LOGWAY_DATA": "/data", "XDG_DATA_HOME": "/x"]
        #expect(try directory(both) == "/data")
        #expect(try directory(["LOGWAY_DATA": ""]) == home + "/.local/share/logway")
        #expect(try directory(both, named: "here") == "here")
        try folder.write("logway.yaml", Self.two)
        #expect(try directory(both) == "/data")
        try folder.write("logway.yaml", Self.two + "log: {directory: /configured}\n")
        #expect(try directory(both) == "/configured")
        #expect(try directory(both, named: "here") == "here")
        #expect(try DataLocation.withoutOptions(in: folder.environment(both)) == "/configured")
        try folder.write("logway.yaml", Self.two)
        #expect(try DataLocation.withoutOptions(in: folder.environment(both)) == "/x/logway")
    }

    @Test func `variables that only the server is given are no mistake`() throws {
        let folder = try WorkFolder()
        let text = """
            providers:
              - {type: groq, apiKey: "${LOGWAY_TEST_KEY}"}
            log: {directory: "/data/${LOGWAY_TEST_NAME}"}

            """
        try folder.write("logway.yaml", text)
        let set = try Self.location(folder, ["LOGWAY_TEST_NAME": "x"])
        #expect((set.directory, set.mistakenConfiguration) == ("/data/x", nil))
        // Where the directory itself hangs on one, it is not known.
        let unset = try Self.location(folder, ["LOGWAY_DATA": "/usual"])
        #expect(unset.directory == "/usual")
        #expect(unset.mistakenConfiguration == folder.path + "/logway.yaml")
    }

    @Test func `a configuration with mistakes is passed over, one that is not there is not`() throws
    {
        let folder = try WorkFolder()
        for text in ["providerz: 1", "a: [", ""] {
            let file = try folder.write("logway.yaml", text)
            for configuration in [nil, file] {
                let location = try Self.location(
                    folder,
                    configuration: configuration,
                    ["LOGWAY_DATA": "/usual"]
                )
                #expect(location.directory == "/usual")
                #expect(location.mistakenConfiguration == file)
            }
            let environment = folder.environment(["LOGWAY_DATA": "/usual"])
            let standard = folder.path + "/home/.local/share/logway"
            #expect(try DataLocation.withoutOptions(in: environment) == standard)
        }
        let missing = folder.path + "/none.yaml"
        let error = #expect(throws: SettingsError.self) {
            try Self.location(folder, configuration: missing)
        }
        guard case .unreadable(file: missing, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `a file is read with the catalogue that it names`() throws {
        let folder = try WorkFolder()
        let user = """
            {"version": 1, "models": [{"provider": "groq", "id": "mine", "default": true}]}
            """
        let catalog = try folder.write("mine.json", user)
        let file = try folder.write(
            "logway.yaml",
            "providers: [{type: groq, apiKey: k}]\ncatalog: \(catalog)\n"
        )
        let found = try EffectiveConfiguration(file: file, in: folder.environment())
        #expect(found.settings.origin == .file(file))
        #expect(found.catalog.model(provider: .groq, id: "mine") != nil)
        #expect(found.settings.providers[0].defaultModel == "mine")
    }

    @Test func `without a file the servers of the machine are asked for`() async throws {
        let folder = try WorkFolder()
        let found = try await EffectiveConfiguration.discovered(
            in: folder.environment(["GROQ_API_KEY": "k"])
        ) { [LocalServer(type: .ollama, models: ["llama"])] }
        #expect(found.settings.origin == .discovery)
        #expect(found.settings.providers.map(\.type) == [.ollama, .groq])
    }

    @Test func `a provider is found by its name, or the names there are are told`() throws {
        let folder = try WorkFolder()
        let file = try folder.write("logway.yaml", Self.two)
        let found = try EffectiveConfiguration(file: file, in: folder.environment())
        #expect(try found.provider(named: "two").name == "two")
        let error = #expect(throws: QueryError.self) { try found.provider(named: "three") }
        #expect(error?.description == "there is no provider `three`; there are one, two")
    }

    @Test func `a model is loaded where it is said, or at the only one that can`() throws {
        let folder = try WorkFolder()
        func found(_ providers: String) throws -> EffectiveConfiguration {
            let file = try folder.write("logway.yaml", "providers: [\(providers)]\n")
            return try EffectiveConfiguration(file: file, in: folder.environment())
        }
        func place(_ model: String, _ providers: String) throws -> String {
            let place = try found(providers).place(toLoad: model) { $0 == .ollama }
            return "\(place.provider.name) \(place.model)"
        }
        let ollama = "{type: ollama}", other = "{type: ollama, name: big, baseUrl: 'http://b:1'}"
        let groq = "{type: groq, apiKey: k}"
        #expect(try place("llama3.2", "\(ollama), \(groq)") == "ollama llama3.2")
        #expect(try place("qwen3:8b", "\(ollama), \(groq)") == "ollama qwen3:8b")
        #expect(try place("ollama:qwen3:8b", "\(ollama), \(other)") == "ollama qwen3:8b")
        #expect(try place("big:x", "\(ollama), \(other)") == "big x")
        // Whether one that is named can is found out by asking it.
        #expect(try place("groq:x", "\(ollama), \(groq)") == "groq x")
        let nobody = #expect(throws: QueryError.self) { try place("x", groq) }
        #expect(nobody?.description == "no provider here loads models; ollama and lmstudio do")
        let several = #expect(throws: QueryError.self) { try place("x", "\(ollama), \(other)") }
        #expect(several?.description == "say which provider: ollama:x, big:x")
    }

    @Test func `a provider is made the first one, and the file keeps its rights`() throws {
        let folder = try WorkFolder()
        let file = try folder.write("logway.yaml", Self.two)
        let environment = folder.environment()
        let rights = { () throws -> Int? in
            try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        let changed = try EffectiveConfiguration.makeDefault("two", in: environment)
        #expect(changed == (file: file, isChanged: true))
        #expect(try rights() == 0o600)
        let text = try folder.read("logway.yaml")
        #expect(text.contains("name: two, priority: 1}") && text.contains("# first"))
        let found = try EffectiveConfiguration(file: file, in: environment)
        #expect(found.settings.enabledProviders.map(\.name) == ["two", "one"])
        let again = try EffectiveConfiguration.makeDefault(
            "two",
            configuration: file,
            in: environment
        )
        #expect(again == (file: file, isChanged: false))
        #expect(try folder.read("logway.yaml") == text)
        let unknown = #expect(throws: QueryError.self) {
            try EffectiveConfiguration.makeDefault("three", in: environment)
        }
        #expect(unknown?.description == "there is no provider `three`; there are one, two")
        try FileManager.default.removeItem(atPath: file)
        let none = #expect(throws: QueryError.self) {
            try EffectiveConfiguration.makeDefault("two", in: environment)
        }
        #expect(
            none?.description == "there is no configuration to write; make a logway.yaml first"
        )
    }
}
