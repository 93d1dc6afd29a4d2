import Catalog
import Events
import Foundation
import Yams

extension Section {
    /// The provider's key: what the file says, else the usual variable of the environment.
    ///
    /// Only an enabled provider must have one, and only where its type needs it: an
    /// OpenAI-compatible server at an address of its own may have none, and never gets the key
    /// of OpenAI's service from the environment.
    func apiKey(for provider: ProviderSettings) -> Secret? {
        guard let node = value("apiKey") else { return keyOfEnvironment(for: provider) }
        return diagnostics.secret(node, path(to: "apiKey"), isNeeded: provider.isEnabled)
    }

    private func keyOfEnvironment(for provider: ProviderSettings) -> Secret? {
        let type = provider.type
        guard type.needsKey, provider.isDefaultService else { return nil }
        for variable in type.keyVariables {
            guard let key = diagnostics.environment[variable], !key.isEmpty else { continue }
            guard Secret.fitsHeader(key) else {
                report(
                    "is taken from the environment variable \(variable), which holds a line break or"
                        + " another control character",
                    at: "apiKey",
                    suggestion: "set \(variable) to the key alone"
                )
                return nil
            }
            return Secret(key)
        }
        if provider.isEnabled {
            let variable = type.keyVariables[0]
            report(
                "is missing, and the environment variable \(variable) is not set",
                at: "apiKey",
                suggestion: "run `export \(variable)=…` before you start logway, or set"
                    + " `enabled: false`"
            )
        }
        return nil
    }

    /// An address of HTTP or HTTPS without a trailing slash.
    func baseURL() -> String? {
        guard let text = text("baseUrl") else { return nil }
        guard let url = URLComponents(string: text), url.scheme == "http" || url.scheme == "https",
            let host = url.host, !host.isEmpty
        else {
            report(
                "is not an address",
                at: "baseUrl",
                suggestion: "write it as `https://HOST/PATH` or `http://HOST:PORT`"
            )
            return nil
        }
        guard url.user == nil, url.password == nil, url.query == nil, url.fragment == nil else {
            report(
                "must hold no user, password, query or fragment",
                at: "baseUrl",
                suggestion: "put the key in `apiKey`, which is kept secret"
            )
            return nil
        }
        return String(text.reversed().drop { $0 == "/" }.reversed())
    }

    /// How long an Ollama keeps a model.
    func keepAlive(of type: ProviderType) -> String? {
        guard let value = value("keepAlive") else { return nil }
        guard type == .ollama else {
            report("is for `ollama` only: no other server is told", at: "keepAlive")
            return nil
        }
        let text = value.scalar?.string ?? ""
        guard text.wholeMatch(of: /-?\d{1,9}|(\d{1,9}(ms|s|m|h))+/) != nil else {
            report(
                "must be a duration such as `10m`, or a number of seconds",
                at: "keepAlive",
                suggestion: "`-1` keeps the models for ever, `0` not at all"
            )
            return nil
        }
        return text
    }

    /// The most context that an Ollama is asked for.
    func maxContextTokens(of type: ProviderType) -> Int? {
        guard has("maxContextTokens") else { return nil }
        guard type == .ollama else {
            report("is for `ollama` only: no other server is told", at: "maxContextTokens")
            return nil
        }
        return count("maxContextTokens", in: 512...1_073_741_824)
    }

    /// The models that have another of OpenAI's APIs than its chat, by the API's key: named, all of
    /// them, or none.
    func models(of provider: ProviderSettings, with key: String) -> [String]? {
        guard let value = value(key) else { return nil }
        guard provider.family == .openai, provider.type != .simulated else {
            report("is for providers that speak OpenAI's API only", at: key)
            return nil
        }
        if value.sequence != nil { return texts(key) }
        return flag(key).map { $0 ? ["*"] : [] }
    }

    /// Whether the key is in the file and not empty.
    func has(_ key: String) -> Bool { value(key) != nil }

    /// The entries of a section whose keys are task types; others are reported.
    var tasks: [(name: String, node: Node, path: String)] {
        keys.compactMap { name in
            guard let value = value(name) else { return nil }
            guard TaskTypes.all.contains(name) else {
                diagnostics.report(
                    "\(Quotation.safe(name)) is not a task type",
                    at: keyNode(name) ?? value,
                    path,
                    suggestion: SpellingSuggestion.suggestion(for: name, among: TaskTypes.all)
                )
                return nil
            }
            return (name, value, path(to: name))
        }
    }
}

extension Diagnostics {
    /// The secret text of `node` with `${NAME}` replaced and without the white space around it; only a
    /// needed one that is not there is reported, and one that no header can carry.
    func secret(_ node: Node, _ path: String, isNeeded: Bool) -> Secret? {
        guard let raw = node.scalar?.string else {
            report("must be a text", at: node, path)
            return nil
        }
        let text: String
        do {
            text = try Interpolation.complete(raw, from: environment)
                .trimmingCharacters(in: .whitespacesAndNewlines)
        } catch {
            if isNeeded { report(error, at: node, path) }
            return nil
        }
        guard Secret.fitsHeader(text) else {
            report(
                "holds a line break or another control character",
                at: node,
                path,
                suggestion: "write it, or its variable, as one line"
            )
            return nil
        }
        return Secret(text)
    }
}

/// The kinds of work that requests are told apart by (docs/strategies.md).
enum TaskTypes {
    static let all = TaskType.allCases.map(\.name)
}
