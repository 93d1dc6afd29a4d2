/// Where a request that goes on as it came is sent: OpenAI's files, images, audio, moderations and
/// rankings, which no other family has a word for.
///
/// Sources: OpenAI's API reference ("Files", "Images", "Audio", "Moderations"), and for rankings the
/// `/v1/rerank` that Jina, vLLM and others share; November 2026.
public struct Passage: Hashable, Sendable {
    /// The method of HTTP.
    public let method: String
    /// The path below the version of the API: `/files/file-1/content`.
    public let path: String
    /// What stands behind the `?`, as it came.
    public let query: String?
    /// The API that the path is of.
    public let api: ClientAPI
    /// The media type of the body, with its parameters.
    public var contentType: String?

    /// The paths below `/v1` from which requests pass, each with its methods; `{id}` is a file's, and what may
    /// stand behind it.
    public static let served: [(path: String, methods: [String], api: ClientAPI)] = [
        ("/files", ["GET", "POST"], .files), ("/files/{id}", ["GET", "DELETE"], .files),
        ("/images/generations", ["POST"], .images), ("/images/edits", ["POST"], .images),
        ("/images/variations", ["POST"], .images),
        ("/audio/transcriptions", ["POST"], .transcriptions),
        ("/audio/translations", ["POST"], .transcriptions), ("/audio/speech", ["POST"], .speech),
        ("/moderations", ["POST"], .moderations), ("/rerank", ["POST"], .rerank),
    ]

    /// The passage of a request to `/v1…`; `nil` for what doesn't pass.
    public init?(method: String, path: String, query: String?) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count > 2, parts[0].isEmpty, parts[1] == "v1" else { return nil }
        let below = "/" + parts.dropFirst(2).joined(separator: "/")
        let isFile = parts[2] == "files" && (4...5).contains(parts.count)
        let isContent = parts.count == 5 && parts[4] == "content"
        let methods: [String]
        if isFile, !parts[3].isEmpty, parts.count == 4 || isContent {
            api = .files
            methods = isContent ? ["GET"] : ["GET", "DELETE"]
        } else if let known = Self.served.first(where: { $0.path == below }) {
            (api, methods) = (known.api, known.methods)
        } else {
            return nil
        }
        guard methods.contains(method) else { return nil }
        self.method = method
        self.path = below
        self.query = query
    }

    /// The file that the path names; `nil` where it names none.
    public var fileID: String? {
        guard api == .files else { return nil }
        let parts = path.split(separator: "/")
        return parts.count > 1 ? String(parts[1]) : nil
    }

    /// The path without an id, by which requests are recorded.
    public var template: String {
        fileID.map { "/v1" + path.replacing("/" + $0, with: "/{id}", maxReplacements: 1) }
            ?? "/v1" + path
    }

    /// Whether the answer is the content of a file, of whatever type.
    public var isContent: Bool { fileID != nil && path.hasSuffix("/content") }

    /// Whether something is kept at the provider by it: asked twice, it would be kept twice.
    public var creates: Bool { api == .files && method == "POST" }
}
