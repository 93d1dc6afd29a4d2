import Catalog
import Events
import Foundation
import Testing

@testable import Queries

@Suite("Asking the catalogue")
struct CatalogQueryTests {
    static let day = CivilDate(year: 2026, month: 11, day: 21)
    static let mine = #"{"version": 1, "models": [{"provider": "groq", "id": "mine"}]}"#
    static let prices = """
        {"gpt-new": {"litellm_provider": "openai", "mode": "chat",
          "input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06},
         "odd": {"litellm_provider": "nobody", "input_cost_per_token": 1}}
        """

    /// What the call throws, in words.
    static func words(_ ask: () throws -> Void) -> String {
        let error = #expect(throws: QueryError.self) { try ask() }
        return error?.description ?? ""
    }

    @Test func `the user's catalogue is the named one, the configuration's or the usual one`()
        throws
    {
        let folder = try WorkFolder()
        let files = CatalogFiles(in: folder.environment())
        let shipped = try Catalog.shipped
        #expect(try files.named() == nil)
        #expect(files.inUse(nil) == nil)
        #expect(try files.catalog(nil) == shipped)
        let standard = try folder.write("home/.config/logway/models.json", Self.mine)
        #expect(files.inUse(nil) == standard)
        #expect(try files.catalog(nil).model(provider: .groq, id: "mine") != nil)
        let empty = try folder.write("empty.json", #"{"version": 1}"#)
        #expect(files.inUse(empty) == empty)
        #expect(try files.catalog(empty) == shipped)
        try folder.write(
            "logway.yaml",
            "providers: [{type: groq, apiKey: '${NO_SUCH}'}]\ncatalog: \(empty)\n"
        )
        #expect(try files.named() == empty)
        #expect(try files.named(byConfiguration: folder.path + "/logway.yaml") == empty)
    }

    @Test func `a file that can't be used is named, with the place in it`() throws {
        let folder = try WorkFolder()
        let files = CatalogFiles(in: folder.environment())
        let broken = try folder.write("broken.json", "{\"a\":\n  1,}")
        #expect(
            Self.words { _ = try files.catalog(broken) }
                .hasPrefix("\(broken):2:5: this is not JSON: ")
        )
        let start = try folder.write("start.json", "x")
        #expect(Self.words { _ = try files.catalog(start) }.hasPrefix("\(start):1:1: "))
        let missing = folder.path + "/none.json"
        #expect(
            Self.words { _ = try files.catalog(missing) }.hasPrefix("\(missing) can't be read: ")
        )
        let keys = try folder.write("keys.json", #"{"version": 1, "modelz": []}"#)
        #expect(Self.words { _ = try files.catalog(keys) }.hasPrefix("\(keys): the model catal"))
        // Wrong only when it is laid over the shipped one.
        let twice = try folder.write(
            "twice.json",
            #"{"version": 1, "models": [{"provider": "groq", "id": "a"}, {"provider": "groq", "id": "a"}]}"#
        )
        #expect(
            Self.words { _ = try files.catalog(twice) }
                == "\(twice): \(CatalogError.duplicate(model: "groq:a"))"
        )
    }

    @Test func `models are found by what they are, can do and are called`() throws {
        let catalog = try Catalog.shipped
        #expect(catalog.cards(of: nil, ableTo: []) == catalog.cards)
        let claude = catalog.cards(of: .claude, ableTo: [])
        #expect(claude == catalog.models(of: .claude) && !claude.isEmpty)
        let seeing = catalog.cards(of: nil, ableTo: [.vision, .tools])
        #expect(!seeing.isEmpty && seeing.count < catalog.cards.count)
        #expect(
            seeing
                == catalog.cards.filter {
                    $0.capabilities?.isSuperset(of: [.vision, .tools]) == true
                }
        )
        let card = claude[0]
        #expect(try catalog.knownCards(named: card.name) == [card])
        #expect(try catalog.knownCards(named: card.id).contains(card))
        let near = Self.words { _ = try catalog.knownCards(named: card.id + "x") }
        #expect(near.hasPrefix("the catalogue has no model `\(card.id)x`; did you mean "))
        #expect(near.contains(card.name))
        #expect(
            Self.words { _ = try catalog.knownCards(named: "~~~~~~") }
                == "the catalogue has no model `~~~~~~`; `logway models list` lists the known ones"
        )
    }

    @Test func `what is expected of a model begins with the whole of its answers`() throws {
        let catalog = try Catalog.shipped
        let card = try #require(catalog.cards.first { catalog.expectedQuality(of: $0) != nil })
        let expected = catalog.expectations(of: card)
        #expect(expected.first?.name == "overall")
        #expect(expected.first?.rating == catalog.expectedQuality(of: card))
        for (name, rating) in expected.dropFirst() {
            let task = try #require(TaskType(name: name))
            #expect(rating == catalog.expectedQuality(of: card, for: task))
        }
    }

    @Test func `prices are taken into the user's catalogue, once`() throws {
        let folder = try WorkFolder()
        let files = CatalogFiles(in: folder.environment())
        let source = try folder.write("prices.json", Self.prices)
        let standard = folder.path + "/home/.config/logway/models.json"

        let dry = try files.importPrices(from: source, asOf: Self.day, dryRun: true)
        #expect((dry.file, dry.isWritten) == (standard, false))
        #expect(dry.prices.added.map(\.model) == ["openai:gpt-new"])
        #expect(dry.prices.skipped.map(\.name) == ["odd"])
        #expect(!FileManager.default.fileExists(atPath: standard))

        let done = try files.importPrices(from: source, asOf: Self.day)
        #expect((done.file, done.isWritten) == (standard, true))
        let card = try #require(try files.catalog(nil).model(provider: .openai, id: "gpt-new"))
        #expect(card.prices.input == 1_000_000_000 && card.pricesAsOf == Self.day)

        let again = try files.importPrices(from: source, asOf: Self.day)
        #expect(!again.isWritten && again.prices.unchanged == 1)

        let own = try folder.write("own.json", Self.mine)
        let into = try files.importPrices(from: source, into: own, asOf: Self.day)
        #expect((into.file, into.isWritten) == (own, true))
        #expect(try files.catalog(own).model(provider: .groq, id: "mine") != nil)
        try folder.write(
            "logway.yaml",
            "providers: [{type: simulated}]\ncatalog: \(folder.path)/new/models.json\n"
        )
        let configured = try files.importPrices(from: source, asOf: Self.day)
        #expect(configured.file == folder.path + "/new/models.json" && configured.isWritten)
    }

    @Test func `an import that can't be made names the file that is wrong`() throws {
        let folder = try WorkFolder()
        let files = CatalogFiles(in: folder.environment())
        let source = try folder.write("prices.json", Self.prices)
        let list = try folder.write("list.json", "[1]")
        func words(_ source: String, into target: String? = nil) -> String {
            Self.words { _ = try files.importPrices(from: source, into: target, asOf: Self.day) }
        }
        #expect(words(list) == "\(list): \(CatalogError.notPrices)")
        let wrong = try folder.write(
            "wrong.json",
            #"{"version": 1, "models": [{"provider": "nobody", "id": "x"}]}"#
        )
        #expect(words(source, into: wrong).hasPrefix("\(wrong): model "))
        #expect(words(source, into: list).hasPrefix("\(list): "))
        #expect(words(folder.path + "/none").hasPrefix("\(folder.path)/none can't be read: "))
        let below = source + "/models.json"
        #expect(words(source, into: below).hasPrefix("\(below) can't be written: "))
        let homeless = CatalogFiles(
            in: QueryEnvironment(variables: [:], workingDirectory: folder.path)
        )
        #expect(
            Self.words { _ = try homeless.importPrices(from: source, asOf: Self.day) }
                == "there is no home folder; name the user catalogue with --to"
        )
    }
}
