import HTTPTypes
import Settings

/// The paths that are served, each with its method, and what an unknown one was meant to be.
enum ServedPaths {
    static let methods: [String: HTTPRequest.Method] = [
        "/v1/chat/completions": .post, "/v1/messages": .post,
        "/v1/messages/count_tokens": .post, "/v1/models": .get,
        "/v1/completions": .post, "/v1/responses": .post, "/v1/embeddings": .post,
        "/v1/feedback": .post, "/healthz": .get, "/readyz": .get,
        "/api/chat": .post, "/api/generate": .post, "/api/tags": .get, "/api/show": .post,
        "/": .get, "/api/embed": .post, "/api/embeddings": .post, "/api/ps": .get,
        "/api/version": .get,
    ]

    /// In order, as an error lists them.
    static let all = methods.keys.sorted()

    /// The longest path that is compared letter by letter.
    private static let lengthLimit = 64
    private static let prefixes: Set<Substring> = ["v1", "api"]

    /// The path that an unknown one was probably meant to be; `nil` when none is near.
    ///
    /// Clients append the path of an operation to a base address, so what is wrong is most often before
    /// it: `/v1` that was forgotten, or stands there twice, or belongs to another gateway.
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
