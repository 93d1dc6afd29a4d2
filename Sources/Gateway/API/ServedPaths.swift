import HTTPTypes
import Providers
import Settings

/// The paths that are served, each with its methods.
enum ServedPaths {
    static let methods: [String: [HTTPRequest.Method]] = [
        "/v1/chat/completions": [.post], "/v1/messages": [.post],
        "/v1/messages/count_tokens": [.post], "/v1/models": [.get],
        "/v1/completions": [.post], "/v1/responses": [.post], "/v1/embeddings": [.post],
        "/v1/responses/compact": [.post], "/v1/responses/input_tokens": [.post],
        "/v1/feedback": [.post], "/healthz": [.get], "/readyz": [.get],
        "/api/chat": [.post], "/api/generate": [.post], "/api/tags": [.get], "/api/show": [.post],
        "/": [.get], "/api/embed": [.post], "/api/embeddings": [.post], "/api/ps": [.get],
        "/api/version": [.get], "/api/pull": [.post], "/api/hello": [.get],
        "/v1/files": [.get, .post], "/v1/images/generations": [.post],
        "/v1/images/edits": [.post], "/v1/images/variations": [.post],
        "/v1/audio/transcriptions": [.post], "/v1/audio/translations": [.post],
        "/v1/audio/speech": [.post], "/v1/moderations": [.post], "/v1/rerank": [.post],
        "/v1beta/models": [.get],
        "/v1beta/models/{model}:generateContent": [.post],
        "/v1beta/models/{model}:streamGenerateContent": [.post],
        "/v1beta/models/{model}:countTokens": [.post],
        "/v1beta/models/{model}:embedContent": [.post],
        "/v1beta/models/{model}:batchEmbedContents": [.post],
    ]

    /// The beginnings of paths that end with an id.
    static let collections: [(prefix: String, methods: [HTTPRequest.Method])] = [
        ("/v1/models/", [.get]), ("/v1beta/models/", [.get]),
        ("/v1/responses/", [.get, .delete, .post]), ("/v1/files/", [.get, .delete]),
    ]

    /// In order, as an error lists them.
    static let all = methods.keys.sorted()

    /// What base addresses end with: clients look there whether a server is there.
    static let bases: Set<String> = ["/v1", "/api"]

    /// The methods of a path; `nil` where it is none.
    static func methods(of path: String) -> [HTTPRequest.Method]? {
        if let methods = methods[path] { return methods }
        if GeminiPath(path) != nil { return [.post] }
        return collections.first { path.hasPrefix($0.prefix) && path.count > $0.prefix.count }?
            .methods
    }

    /// The segments that base addresses of this and of other gateways end with.
    private static let prefixes: Set<Substring> = ["v1", "v1beta", "api", "openai", "anthropic"]

    /// The path that is served where a client says another one: with slashes too many, with a base
    /// address that has `/v1` twice, or none, or the one of another gateway.
    ///
    /// Clients append the path of an operation to a base address, so that what is wrong stands before
    /// it. Where what follows the known segments is the path of one operation only, that is it; `nil`
    /// where it is none. Ollama's operations are found below their own `/api` alone: other APIs have
    /// such words too.
    static func meant(by path: String) -> String? {
        let parts = path.split(separator: "/")
        guard !parts.isEmpty else { return "/" }
        for start in 0...parts.prefix(while: prefixes.contains).count where start < parts.count {
            let candidate = "/" + parts[start...].joined(separator: "/")
            if methods(of: candidate) != nil || bases.contains(candidate) && start == 0 {
                return candidate
            }
        }
        var operation = Array(parts.drop(while: prefixes.contains))
        // The base address is that of the operation itself.
        let half = operation.prefix(operation.count / 2)
        if operation.suffix(operation.count - half.count) == half { operation = Array(half) }
        let candidate = "/v1/" + operation.joined(separator: "/")
        return operation.isEmpty || methods(of: candidate) == nil ? nil : candidate
    }

    /// The longest path that is compared letter by letter.
    private static let lengthLimit = 64

    /// The path that an unknown one was probably meant to be; `nil` when none is near.
    static func nearest(to path: String) -> String? {
        let parts = path.split(separator: "/")
        // Of the operations that the path ends with, the longest: `chat/completions` ends with
        // `completions` too. Then one of the API whose prefix stands before it, then OpenAI's.
        func rank(_ candidate: String) -> (Int, Int, Int)? {
            let own = candidate.split(separator: "/")
            let operation = own.drop { prefixes.contains($0) }
            guard !operation.isEmpty, parts.suffix(operation.count).elementsEqual(operation) else {
                return nil
            }
            let before = parts.dropLast(operation.count).last
            return (operation.count, before == own.first ? 1 : 0, own.first == "v1" ? 1 : 0)
        }
        let ranked = all.compactMap { path in rank(path).map { (path: path, rank: $0) } }
        if let best = ranked.max(by: { $0.rank < $1.rank }) { return best.path }
        guard path.utf8.count <= lengthLimit else { return nil }
        return Nearest.match(for: path, among: all.lazy.filter { $0 != "/" })
    }
}
