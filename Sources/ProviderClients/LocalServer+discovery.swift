import Catalog
import Events
import Providers
public import Settings
import Upstream

extension LocalServer {
    /// The model servers that answer at their usual addresses on this machine, asked all at once
    /// and given half a second.
    public static func reachable() async -> [LocalServer] {
        let upstream: UpstreamClient
        do throws(UpstreamError) {
            upstream = try UpstreamClient()
        } catch {
            // Without a client nobody can be asked; starting the gateway will say why.
            return []
        }
        let found = await withTaskGroup(of: LocalServer?.self) { group -> [LocalServer] in
            for type in Settings.discoverableServers {
                group.addTask { await ask(type, over: upstream) }
            }
            var servers: [LocalServer] = []
            for await server in group {
                if let server { servers.append(server) }
            }
            return servers
        }
        upstream.shutdown()
        return found
    }

    private static func ask(
        _ type: ProviderType,
        over upstream: UpstreamClient
    ) async -> LocalServer? {
        guard let baseURL = type.defaultBaseURL else { return nil }
        let family = type.family
        let endpoint = ProviderEndpoint(family: family, baseURL: baseURL)
        let limit = Duration.milliseconds(500)
        let exchange = upstream.start(
            UpstreamRequest(
                method: "GET",
                url: endpoint.modelsURL(),
                headers: endpoint.headers(streamed: false),
                timeouts: UpstreamTimeouts(
                    connect: limit,
                    firstToken: limit,
                    idle: limit,
                    total: limit
                ),
                pool: .local(type.name)
            )
        )
        do {
            guard try await exchange.head().status == 200 else { return nil }
            let body = try await exchange.collect(limit: 1 << 20)
            return LocalServer(type: type, models: try ModelList.parse(body, family: family).ids)
        } catch {
            // Nobody is there, or somebody else: not a model server either way.
            return nil
        }
    }
}
