import Foundation

/// The path of a request to Gemini's API: `/v1beta/models/gemini-x:generateContent`.
///
/// Source: Google's API reference, "All methods" (the paths of the REST resources `v1beta.models`),
/// November 2026.
public struct GeminiPath: Hashable, Sendable {
    /// What is asked of a model.
    public enum Method: String, Sendable, CaseIterable {
        /// A whole answer.
        case generateContent
        /// A streamed one.
        case streamGenerateContent
        /// How many tokens a request has.
        case countTokens
        /// The vector of one text.
        case embedContent
        /// The vectors of several texts.
        case batchEmbedContents

        /// The API that its requests are of.
        public var api: ClientAPI {
            switch self {
            case .generateContent, .streamGenerateContent, .countTokens: .generateContent
            case .embedContent: .embedContent
            case .batchEmbedContents: .batchEmbedContents
            }
        }
    }

    /// The path of a method in the version that clients use most, with a placeholder for the model.
    public static func path(of method: Method) -> String {
        "/v1beta/models/{model}:" + method.rawValue
    }

    /// The versions of the API, which differ in nothing that is served here.
    private static let versions: Set<Substring> = ["v1", "v1beta", "v1alpha"]

    /// The model as the client names it, without `models/`.
    public let model: String
    /// The method's name as the path has it.
    public let methodName: String

    /// What is asked; `nil` for a method that is not served.
    public var method: Method? { Method(rawValue: methodName) }

    /// The path without the model, by which requests are recorded.
    public var template: String { version + "/models/{model}:" + methodName }

    private let version: String

    /// Reads a path, still percent-encoded or not; `nil` for one that asks nothing of a model.
    ///
    /// Names of models hold slashes and colons (`org/model`, `llama3:8b`, `auto:cheap`), so the method
    /// is behind the last colon.
    public init?(_ path: String) {
        let parts = path.split(separator: "/", maxSplits: 2)
        guard parts.count == 3, Self.versions.contains(parts[0]) else { return nil }
        guard let resource = String(parts[1] + "/" + parts[2]).removingPercentEncoding,
            let colon = resource.lastIndex(of: ":")
        else { return nil }
        let name = GeminiModelName.name(of: String(resource[..<colon]))
        guard resource.hasPrefix("models/") || resource.hasPrefix("tunedModels/"), !name.isEmpty
        else { return nil }
        version = "/" + parts[0]
        model = name
        methodName = String(resource[resource.index(after: colon)...])
    }
}
