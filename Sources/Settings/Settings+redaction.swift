import Catalog
public import Events

extension Settings {
    /// What takes the secrets of the configuration out of everything that is recorded, logged or told.
    ///
    /// In it are keys and tokens that can hardly stand anywhere by chance. A short one, or one of letters
    /// only, may be a part of a name, and one that is a name of the configuration is no secret: those are
    /// taken out of what their own provider says, and of nothing else (`ProviderSettings.ownSecrets`).
    public var redaction: Redaction {
        let names = names
        return Redaction(
            providers.flatMap(\.byLane).flatMap(\.secretTexts).filter { text in
                !names.contains(text.lowercased())
            }.compactMap { KnownSecret.isStrong($0) ? KnownSecret(key: $0) : nil }
                + providers.flatMap(\.openHeaderTexts).filter { text in
                    !names.contains(text.lowercased())
                }.compactMap { KnownSecret(value: $0) },
            names: names
        )
    }

    /// The names that the configuration gives to something, in small letters.
    private var names: Set<String> {
        var names = providers.flatMap { provider in
            [provider.name, provider.type.rawValue, provider.defaultModel ?? ""] + provider.models
                + provider.modelOverrides.values + provider.modelOverrides.keys
        }
        names += chains.keys.map(\.self) + tenants.map(\.name)
        names += tenants.flatMap(\.allowedModels)
        names += aliases.flatMap { [$0.pattern, $0.target] }
        names += budgets.scopes.filter { $0.kind != .task }.map(\.name)
        return Set(names.map { $0.lowercased() })
    }
}

extension ProviderSettings {
    /// What is a secret in what this provider says, on top of `Settings.redaction`.
    public var ownSecrets: [KnownSecret] {
        byLane.flatMap(\.secretTexts).compactMap { KnownSecret(key: $0) }
            + openHeaderTexts.compactMap { KnownSecret(word: $0) }
    }

    /// The key, and the values of headers that are as secret.
    ///
    /// A token stands behind a scheme (`Bearer TOKEN`), and comes back without it.
    fileprivate var secretTexts: [String] {
        [apiKey?.revealed].compactMap(\.self) + headers.filter(\.isKey).flatMap(\.texts)
    }

    /// The values of headers that stand in the file as they are, but for those that are no secret by what
    /// the header means.
    fileprivate var openHeaderTexts: [String] {
        headers.filter { header in
            let name = header.name.lowercased()
            return !header.isKey && !Self.publicHeaders.contains(name)
                && !name.contains("version") && !name.contains("beta")
        }.flatMap(\.texts)
    }

    /// Headers that tell who asks, or how: OpenRouter's own, and HTTP's.
    private static let publicHeaders: Set<String> = [
        "http-referer", "referer", "x-title", "user-agent", "accept-language",
        "openai-organization",
        "openai-project", "x-region", "from",
    ]
}

extension ProviderHeader {
    /// The value, and its words.
    fileprivate var texts: [String] {
        let words = value.revealed.split(separator: " ").map(String.init)
        return words.count > 1 ? [value.revealed] + words : words
    }
}
