import ClientHTTP
import Events
import Foundation
import HTTPTypes
import Hummingbird
import Ledger
import NIOCore
import Platform
import Providers
import RouterState
import Routing

/// `GET /v1/models`: the names that a request may use.
struct ModelsEndpoint: Sendable {
    let ledger: Ledger

    /// The list in the shape of the client's family; for Anthropic's and Google's clients the page
    /// that they ask for.
    func list(for family: WireFamily, _ request: Request) -> Response {
        if family == .openai, request.uri.queryParameters["client_version"] != nil {
            return respond(ModelList.codexBody(of: entries()))
        }
        do throws(RequestError) {
            if family == .gemini {
                let page = try GeminiModelPage(of: entries(), for: request)
                return respond(ModelList.body(of: page.entries, for: family, next: page.next))
            }
            guard family == .anthropic else {
                return respond(ModelList.body(of: entries(for: family), for: family))
            }
            let page = try ModelPage(of: entries(), for: request)
            return respond(ModelList.body(of: page.entries, for: family, hasMore: page.hasMore))
        } catch {
            return ClientError(unreadable: error, id: .fresh()).response(for: family)
        }
    }

    /// One model in the shape of the client's family, or a 404 that lists what there is.
    func show(_ id: Substring, for family: WireFamily) -> Response {
        let id = id.removingPercentEncoding ?? String(id)
        let entries = entries()
        if let entry = entries.first(where: { $0.id == id }) {
            return respond(ModelList.body(of: entry, for: family))
        }
        // Names that a request may use and no list has: `PROVIDER:MODEL`, what a glob is of, Claude's
        // without a date.
        let found = ledger.read { state, _ in
            (owners: state.owners(of: id), since: state.time, alias: state.policy.alias(of: id))
        }
        if found.owners.isKnown {
            let entry = ModelList.Entry(
                id: id,
                owner: found.owners.owners.first?.provider ?? "logway",
                created: found.since,
                label: found.alias.map { "\(id) (\($0))" }
            )
            return respond(ModelList.body(of: entry, for: family))
        }
        let error = ClientError(
            status: 404,
            code: "model_not_found",
            message:
                "there is no model '\(id.limited(toBytes: RequestReader.modelNameLimit))'; there is "
                + entries.map(\.id).joined(separator: ", "),
            param: "model",
            requestID: Events.RequestID.fresh().description
        )
        return error.without(ledger.redaction).response(for: family)
    }

    /// The names, for Ollama's clients with what stands for a file.
    private func entries(for family: WireFamily = .openai) -> [ModelList.Entry] {
        let (names, aliases, told) = ledger.read { state, _ in
            (
                state.modelNames, state.policy.policy.aliases,
                family == .ollama ? state.models.files : [:]
            )
        }
        let targets = Dictionary(aliases.map { ($0.pattern, $0.target) }) { first, _ in first }
        return names.map { name in
            var entry = ModelList.Entry(
                id: name.id,
                owner: name.owner,
                created: name.since,
                label: targets[name.id].map { "\(name.id) (\($0))" }
            )
            if family == .ollama {
                entry.file = ListedModel(named: name.id, told: told[name.owner]?[name.id])
            }
            return entry
        }
    }

    private func respond(_ body: [UInt8]) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: body))
        )
    }
}

extension RouterState {
    /// Every name that a request may use, each with who stands behind it: `auto`, the chains, the
    /// aliases of single names, then the providers' models; a model that several have is owned by the first of them.
    var modelNames: [(id: String, owner: String, since: Timestamp)] {
        let policy = self.policy.policy
        var names = [(id: "auto", owner: "logway", since: time)]
        names += policy.chains.map { (id: "auto:\($0.name)", owner: "logway", since: time) }
        let presets = AutoPreset.names.filter { preset in
            !policy.chains.contains { $0.name == preset }
        }
        names += presets.map { (id: "auto:\($0)", owner: "logway", since: time) }
        var seen = Set(names.map(\.id))
        for alias in policy.aliases where !alias.isGlob && seen.insert(alias.pattern).inserted {
            names.append((id: alias.pattern, owner: "logway", since: time))
        }
        for provider in policy.providers {
            for model in models.offered(by: provider) where seen.insert(model).inserted {
                names.append((id: model, owner: provider.name, since: time))
            }
        }
        return names
    }
}
