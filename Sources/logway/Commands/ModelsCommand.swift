import ArgumentParser
import Catalog
import Events
import Queries

/// `logway models`.
struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "Shows what is known of models, imports prices, loads local models.",
        subcommands: [
            ListCommand.self, ShowCommand.self, ImportCommand.self, ModelLoadCommand.self,
            ModelUnloadCommand.self,
        ],
        defaultSubcommand: ListCommand.self
    )

    /// `logway models list`.
    struct ListCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Lists the models of the catalogue, the user's values over the shipped ones."
        )

        @OptionGroup var catalogOptions: CatalogOptions
        @Option(name: .long, help: "Only the models of this type of provider.")
        var provider: String?
        @Option(name: .long, help: "Only the models that can do this; repeatable.")
        var capability: [String] = []
        @Flag(name: .long, help: "Prints JSON, one model a line.")
        var json = false

        func validate() throws {
            if let provider, ProviderType(name: provider) == nil {
                let all = ProviderType.allCases.map(\.name).joined(separator: ", ")
                throw ValidationError("--provider must be one of \(all)")
            }
            for name in capability where Capabilities(name: name) == nil {
                let all = Capabilities.allNames.joined(separator: ", ")
                throw ValidationError("--capability must be one of \(all)")
            }
        }

        func run() throws {
            let type = provider.flatMap { ProviderType(name: $0) }
            let needed = capability.compactMap { Capabilities(name: $0) }
                .reduce(into: Capabilities()) { $0.formUnion($1) }
            let catalog = try catalogOptions.catalog()
            let cards = catalog.cards(of: type, ableTo: needed)
            if json {
                for card in cards { Output.line(card.json(in: catalog)) }
            } else if cards.isEmpty {
                Output.line("no model is like that")
            } else {
                Output.write(ModelTexts.table(cards))
            }
        }
    }

    /// `logway models show`.
    struct ShowCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Shows everything that is known of a model, and where it comes from."
        )

        @OptionGroup var catalogOptions: CatalogOptions
        @Argument(help: "PROVIDER:MODEL, or MODEL at every provider that has it.")
        var model: String
        @Flag(name: .long, help: "Prints JSON, one model a line.")
        var json = false

        func run() throws {
            let catalog = try catalogOptions.catalog()
            let cards = try catalog.knownCards(named: model)
            if json {
                for card in cards { Output.line(card.json(in: catalog)) }
            } else {
                Output.page(
                    cards.map { ModelTexts.page($0, in: catalog) }.joined(separator: "\n")
                )
            }
        }
    }

    /// `logway models import`.
    struct ImportCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import",
            abstract: "Takes prices from a file in LiteLLM's format into the user catalogue.",
            discussion: """
                The file is model_prices_and_context_window.json of \
                https://github.com/BerriAI/litellm, or one of your own in its format. What you have \
                written into the user catalogue yourself stays and goes first. The gateway reads the \
                catalogue when it starts; requests of before keep the prices they had.
                """
        )

        @OptionGroup var catalogOptions: CatalogOptions
        @Argument(help: "The price file.", completion: .file())
        var file: String
        @Option(
            name: .long,
            help: "The user catalogue to write. Default: the configuration's, else the usual one."
        )
        var to: String?
        @Flag(name: .long, help: "Shows what would be taken and writes nothing.")
        var dryRun = false
        @Flag(name: .long, help: "Prints JSON, with every model that was not taken and why.")
        var json = false

        func run() throws {
            let imported = try CatalogFiles(in: .process).importPrices(
                from: file,
                into: to,
                configuration: catalogOptions.config,
                asOf: Timestamp.wallClock.date,
                dryRun: dryRun
            )
            if json {
                Output.line(imported.json)
            } else {
                Output.write(imported.text(isDry: dryRun))
            }
        }
    }
}

/// Which user catalogue a command means.
struct CatalogOptions: ParsableArguments {
    @Option(
        name: .long,
        help:
            "The configuration that names the user catalogue. Default: ./logway.yaml, then ~/.config/logway/logway.yaml."
    )
    var config: String?

    /// The shipped catalogue under the user's.
    ///
    /// - Throws: `SettingsError` if there is a configuration and it is wrong; `QueryError` for a user
    ///   catalogue that can't be used.
    func catalog() throws -> Catalog {
        let files = CatalogFiles(in: .process)
        return try files.catalog(files.named(byConfiguration: config))
    }
}
