public import Catalog
import Events
import Yams

extension Settings {
    /// The largest configuration file in bytes; far more than any real one, far less than what
    /// would trouble the parser.
    static let fileLimitInBytes = 1_048_576

    /// Settings from the text of a YAML file.
    ///
    /// `file` is the name that errors give, `environment` what `${NAME}` and missing keys are
    /// looked up in, `catalog` where default models come from.
    ///
    /// - Throws: `SettingsError.invalid` with every problem found, in the order of the file. No
    ///   message holds the value of a variable or of a key.
    public init(
        yaml: String,
        file: String,
        environment: [String: String],
        catalog: Catalog
    ) throws(SettingsError) {
        let diagnostics = Diagnostics(file: file, environment: environment)
        let parsed = Self.root(of: yaml, diagnostics).flatMap { root in
            Self.parse(root, diagnostics, catalog)
        }
        guard let parsed, diagnostics.problems.isEmpty else {
            throw .invalid(diagnostics.sortedProblems)
        }
        self = parsed
        origin = .file(file)
        notInForce = diagnostics.notInForce.sorted { ($0.line, $0.path) < ($1.line, $1.path) }
        notes = diagnostics.notes
    }

    private static let keys = [
        "mode", "providers", "fallback_chains", "task_fallback_overrides", "server", "log",
        "routing", "budgets", "catalog", "trustedCertificates", "tenants",
        "aliases",
    ]

    private static func parse(
        _ node: Node,
        _ diagnostics: Diagnostics,
        _ catalog: Catalog
    ) -> Settings? {
        guard let root = Section(node, path: "", known: keys, diagnostics: diagnostics) else {
            return nil
        }
        let routing = RoutingSettings(root)
        var reader = ProviderReader(catalog: catalog, timeouts: routing.timeouts)
        var settings = Settings(origin: .discovery, providers: reader.providers(of: root))
        settings.routing = routing
        settings.catalogFile = root.file("catalog")
        settings.trustedCertificatesFile = root.file("trustedCertificates")
        settings.server = ServerSettings(root)
        settings.log = LogSettings(root)
        settings.budgets = BudgetPolicy(root)
        settings.readTenants(root)
        if let mode: RoutingMode = root.choice("mode") { settings.mode = mode }
        let chains = ChainReader(providers: settings.providers, declared: reader.declared)
        chains.read(root, into: &settings)
        chains.checkFallbackProviders(of: root, in: &settings)
        settings.readAliases(root)
        return settings
    }

    /// The document's top node; `nil` if there is none, which is reported.
    private static func root(of yaml: String, _ diagnostics: Diagnostics) -> Node? {
        guard yaml.utf8.count <= fileLimitInBytes else {
            diagnostics.report("is larger than \(fileLimitInBytes) bytes", at: nil, "")
            return nil
        }
        do {
            if let node = try compose(yaml: yaml), !node.isAbsent { return node }
            diagnostics.report(
                "is empty",
                at: nil,
                "",
                suggestion: "name at least one provider under `providers:`"
            )
        } catch let error as YamlError {
            report(error, diagnostics)
        } catch {
            diagnostics.report("is not YAML", at: nil, "")
        }
        return nil
    }

    /// Reports a syntax error by its position; Yams' own text quotes the line, which can hold a
    /// key, so only the parser's own words are used.
    private static func report(_ error: YamlError, _ diagnostics: Diagnostics) {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            diagnostics.report("is not valid YAML: \(problem)", at: mark, "")
        case .duplicatedKeysInMapping(let keys, let context):
            for key in keys {
                diagnostics.report(
                    "the key \(Quotation.safe(key)) stands twice in one mapping; the first is here",
                    at: context.mark,
                    "",
                    suggestion: "keep one of them"
                )
            }
        case .reader(let problem, _, _, _):
            diagnostics.report("is not valid YAML: \(problem)", at: nil, "")
        default:
            diagnostics.report("is not valid YAML", at: nil, "")
        }
    }
}
