import Foundation
import FoundationNetworking
import Settings
import Simulation
import Testing

/// An answer as it came over the socket.
struct Reply {
    var status: Int
    var headers: [String: String]
    var body: String

    /// The body as JSON.
    func json() throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any])
    }

    /// The JSON of each event of a stream, without the end mark.
    func events() throws -> [[String: Any]] {
        try body.components(separatedBy: "\n\n").filter { !$0.isEmpty && $0 != "data: [DONE]" }
            .map { event in
                try #require(event.hasPrefix("data: "))
                let json = Data(event.dropFirst(6).utf8)
                return try #require(JSONSerialization.jsonObject(with: json) as? [String: Any])
            }
    }
}

/// A client of one simulated provider.
struct Client {
    var port: Int
    var key: String?

    /// Asks for a chat completion.
    func chat(
        _ prompt: String,
        model: String = "m",
        _ more: [String: Any] = [:]
    ) async throws -> Reply {
        var request: [String: Any] = [
            "model": model, "messages": [["role": "user", "content": prompt]],
        ]
        request.merge(more) { _, new in new }
        return try await post(try JSONSerialization.data(withJSONObject: request))
    }

    /// Sends a body to chat completions.
    func post(_ body: Data) async throws -> Reply {
        try await send("/v1/chat/completions", body: body)
    }

    /// Gets a path.
    func get(_ path: String) async throws -> Reply { try await send(path, body: nil) }

    private func send(_ path: String, body: Data?) async throws -> Reply {
        var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(port)\(path)")))
        request.httpMethod = body == nil ? "GET" : "POST"
        request.httpBody = body
        if let key { request.setValue("Bearer \(key)", forHTTPHeaderField: "Authorization") }
        let (data, response) = try await URLSession.shared.data(for: request)
        let http = try #require(response as? HTTPURLResponse)
        let headers = http.allHeaderFields.map { ("\($0.key)".lowercased(), "\($0.value)") }
        return Reply(
            status: http.statusCode,
            headers: Dictionary(headers) { first, _ in first },
            body: String(decoding: data, as: UTF8.self)
        )
    }
}

/// Runs `body` with a client of a server that has the model `m`, and stops the server.
func withServer(
    outcomes: OutcomeTable? = nil,
    _ change: (inout SimulatedProviderSpec) -> Void = { _ in },
    _ body: (Client) async throws -> Void
) async throws {
    var spec = SimulatedProviderSpec(name: "sim", models: [SimulatedModel(name: "m")])
    change(&spec)
    let server = SimulatedServer(spec, outcomes: outcomes)
    let port = try await server.start()
    do {
        try await body(Client(port: port))
    } catch {
        await server.stop()
        throw error
    }
    await server.stop()
}

/// The text that a whole answer or the deltas of a stream hold.
func text(of reply: Reply, streamed: Bool = false) throws -> String {
    guard streamed else {
        let choice = try #require((reply.json()["choices"] as? [[String: Any]])?.first)
        return try #require((choice["message"] as? [String: Any])?["content"] as? String)
    }
    return try reply.events().compactMap { event in
        let choice = (event["choices"] as? [[String: Any]])?.first
        return (choice?["delta"] as? [String: Any])?["content"] as? String
    }.joined()
}
