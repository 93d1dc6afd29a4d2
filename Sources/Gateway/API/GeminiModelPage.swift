import Hummingbird
import Providers

/// What Google's clients ask of a list of models: a stretch of it (ai.google.dev, "Models", `models.list`:
/// `pageSize`, `pageToken`).
///
/// Without a size it is the whole list and not Google's 50, since many look at one page only.
struct GeminiModelPage {
    /// The most that a page holds, as Google has it: more is no mistake there either.
    private static let sizeLimit = 1_000

    let entries: [ModelList.Entry]
    /// What the next page is asked for with; `nil` after the last one.
    let next: String?

    /// - Throws: `RequestError` that names the parameter that can't be followed.
    init(of all: [ModelList.Entry], for request: Request) throws(RequestError) {
        let parameters = request.uri.queryParameters
        func count(_ name: String) throws(RequestError) -> Int? {
            guard let text = parameters[name[...]] else { return nil }
            guard let count = Int(text), count >= 0 else {
                throw RequestError("\(name) must be a whole number, not negative", field: name)
            }
            return count
        }
        let start = try count("pageToken") ?? 0
        let size = try count("pageSize").map { $0 == 0 ? all.count : min($0, Self.sizeLimit) }
        guard start <= all.count else {
            throw RequestError(
                "pageToken is behind the list's end; start again",
                field: "pageToken"
            )
        }
        let page = all.dropFirst(start).prefix(size ?? all.count)
        entries = Array(page)
        next = page.endIndex < all.count ? String(page.endIndex) : nil
    }
}
