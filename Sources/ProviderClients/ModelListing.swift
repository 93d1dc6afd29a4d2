import Events
import Platform
import Providers
import Upstream

/// Asks a provider for its models, free of charge: the names, and what a server of the user's own tells
/// of them.
struct ModelListing: Sendable {
    /// The bytes that a list may have; OpenRouter's has about half a megabyte.
    static let byteLimit = 16 << 20
    /// The pages of a list that are read: each has up to a thousand models.
    static let pageLimit = 20

    let upstream: UpstreamClient

    /// The models of a provider, the names sorted, as they came.
    ///
    /// - Throws: why there is no list; with the provider's words, so they are to be masked.
    func models(of provider: ProviderConnection) async throws(ProviderFailure) -> ModelsListed {
        var list = ModelsListed()
        list.provider = provider.name
        if let url = provider.nativeListURL, let models = try await native(provider, url) {
            list.models = models.map(\.name)
            list.details = models
            return list
        }
        if provider.endpoint.family == .ollama {
            let body = try await listBody(of: provider, from: nil)
            list.models = Set(try ModelList.parse(body, family: .ollama).ids).sorted()
            list.details = await running(at: provider, of: LocalModelList.ollama(tags: body) ?? [])
            return list
        }
        list.models = try await names(of: provider)
        return list
    }

    private func names(of provider: ProviderConnection) async throws(ProviderFailure) -> [String] {
        var ids: Set<String> = []
        var cursor: String?
        for _ in 0..<Self.pageLimit {
            let page = try await page(of: provider, from: cursor)
            ids.formUnion(page.ids)
            guard let next = page.next, next != cursor else { break }
            cursor = next
        }
        return ids.sorted()
    }

    private func page(
        of provider: ProviderConnection,
        from cursor: String?
    ) async throws(ProviderFailure) -> ModelList.Page {
        try ModelList.parse(
            try await listBody(of: provider, from: cursor),
            family: provider.endpoint.family
        )
    }

    /// A list, or a page of it, as it came.
    private func listBody(
        of provider: ProviderConnection,
        from cursor: String?
    ) async throws(ProviderFailure) -> [UInt8] {
        let (head, body) = try await ask(provider.modelsRequest(from: cursor))
        guard (200..<300).contains(head.status) else {
            throw ProviderFailure.classify(
                status: head.status,
                headers: { head.headers[$0] },
                body: body,
                family: provider.endpoint.family,
                now: Clocks.wall
            )
        }
        if let failure = ProviderFailure(codingOf: head) { throw failure }
        return body
    }

    /// LM Studio's own list; `nil` where the server answers but has none, so that the common one is asked.
    private func native(
        _ provider: ProviderConnection,
        _ url: String
    ) async throws(ProviderFailure) -> [ListedModel]? {
        let (head, body) = try await ask(provider.question(to: url))
        return head.status == 200 ? LocalModelList.lmStudio(body) : nil
    }

    /// An Ollama's models with which of them it has loaded; without that where it does not say.
    private func running(
        at provider: ProviderConnection,
        of models: [ListedModel]
    ) async -> [ListedModel] {
        do throws(ProviderFailure) {
            let url = provider.endpoint.url(path: "/api/ps")
            let (head, body) = try await ask(provider.question(to: url))
            guard head.status == 200, let running = LocalModelList.ollama(running: body) else {
                return models
            }
            return models.map { model in
                var model = model
                model.isLoaded = running[model.name] != nil
                model.loadedContext = running[model.name] ?? nil
                return model
            }
        } catch {
            // The names are worth more than nothing; the next probe asks again.
            return models
        }
    }

    private func ask(
        _ request: UpstreamRequest
    ) async throws(ProviderFailure) -> (head: UpstreamHead, body: [UInt8]) {
        let exchange = upstream.start(request)
        do throws(UpstreamError) {
            let head = try await exchange.head()
            return (head, try await exchange.collect(limit: Self.byteLimit))
        } catch {
            throw ProviderFailure(error)
        }
    }
}
