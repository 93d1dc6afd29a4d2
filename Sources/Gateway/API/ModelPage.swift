import Hummingbird
import Providers

/// What Anthropic's clients ask of a list of models: a stretch of it (platform.claude.com/docs, "List
/// Models": `limit`, `after_id`, `before_id`).
///
/// Without a limit it is the whole list and not Anthropic's 20, since many look at one page only.
struct ModelPage {
    private static let limits = 1...1_000

    let entries: [ModelList.Entry]
    /// Whether there are more in the direction that was asked for.
    let hasMore: Bool

    /// - Throws: `RequestError` that names the parameter that can't be followed.
    init(of all: [ModelList.Entry], for request: Request) throws(RequestError) {
        let parameters = request.uri.queryParameters
        let limit = try parameters["limit"].map { text throws(RequestError) in
            guard let limit = Int(text), Self.limits.contains(limit) else {
                throw RequestError(
                    "limit must be a whole number from \(Self.limits.lowerBound) to "
                        + "\(Self.limits.upperBound)",
                    field: "limit"
                )
            }
            return limit
        }
        /// Where the entry stands that a cursor names.
        func place(_ name: String) throws(RequestError) -> Int? {
            guard let id = parameters[name[...]] else { return nil }
            guard let index = all.firstIndex(where: { $0.id == id }) else {
                throw RequestError("\(name) is no model of the list; start again", field: name)
            }
            return index
        }
        let start = try place("after_id").map { $0 + 1 } ?? 0
        let before = try place("before_id")
        let found = start < before ?? all.count ? all[start..<(before ?? all.count)] : []
        entries = Array(
            before == nil
                ? found.prefix(limit ?? found.count) : found.suffix(limit ?? found.count)
        )
        hasMore = entries.count < found.count
    }
}
