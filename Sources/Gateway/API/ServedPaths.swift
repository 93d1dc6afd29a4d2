import HTTPTypes
import Settings

/// The paths that are served, each with its methods, as `Route.all` has them.
enum ServedPaths {
    /// Without those of which each stands for many.
    static let methods = Dictionary(
        uniqueKeysWithValues: Route.all.filter { !$0.isCollection }.map { ($0.path, $0.methods) }
    )

    /// In order, as an error lists them.
    static let all = methods.keys.sorted()

    /// What base addresses end with: clients look there whether a server is there.
    static let bases: Set<String> = ["/v1", "/api"]

    /// The methods of a path; `nil` where it is none.
    static func methods(of path: String) -> [HTTPRequest.Method]? { Route.at(path)?.methods }

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
        return SpellingSuggestion.match(for: path, among: all.lazy.filter { $0 != "/" })
    }
}
