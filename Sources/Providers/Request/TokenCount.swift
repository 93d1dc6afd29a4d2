public import Events
import JSONBytes

/// Counting a request's tokens without an answer: which families can, and how they are asked.
///
/// Sources: Anthropic's API reference, "Count Message tokens"; Google's, "Counting tokens"; OpenAI's, "Get
/// input token counts".
/// November 2026.
public enum TokenCount {
    /// Whether providers of a family count.
    public static func isPossible(in family: WireFamily) -> Bool {
        family == .anthropic || family == .gemini
    }

    /// The path to post to, below the version of the API.
    public static func path(for family: WireFamily, model: String) -> String {
        switch family {
        case .gemini: "/" + GeminiModelName.path(of: model) + ":countTokens"
        case .openai: "/responses/input_tokens"
        case .anthropic, .ollama: "/messages/count_tokens"
        }
    }

    /// The body to post.
    ///
    /// - Throws: `RequestError` when the request can't be said to the family.
    public static func body(
        of request: ClientRequest,
        for family: WireFamily,
        model: String
    ) throws(RequestError) -> [UInt8] {
        let body = try request.upstreamBody(for: ProviderDialect(family), model: model)
        guard family == .gemini else { return body }
        do {
            var splice = JSONSplice(try JSONSlice(validating: body))
            splice.set("model", to: GeminiModelName.resource(of: model))
            var writer = JSONWriter(capacity: body.count + 64)
            writer.object { root in
                root.name("generateContentRequest")
                root.write(valid: splice.bytes)
            }
            return writer.bytes
        } catch {
            throw RequestError(error)
        }
    }

    /// What of a request's body is counted: Gemini's may hold the request as a member.
    ///
    /// - Throws: `RequestError` when the body is no JSON.
    public static func counted(
        _ body: [UInt8],
        by api: ClientAPI
    ) throws(RequestError) -> [UInt8] {
        guard api.family == .gemini else { return body }
        do {
            let keys: JSONKeys = ["generateContentRequest", "generate_content_request"]
            let found = try JSONSlice(validating: body).scan(keys)
            return (found[0] ?? found[1]).map { Array($0.raw) } ?? body
        } catch {
            throw RequestError(error)
        }
    }

    /// A count in the words of the client's API.
    public static func answer(_ tokens: Int, by api: ClientAPI) -> [UInt8] {
        let object = api == .responses ? #""object":"response.input_tokens","# : ""
        let name = api.family == .gemini ? "totalTokens" : "input_tokens"
        return Array("{\(object)\"\(name)\":\(tokens)}".utf8)
    }

    /// The count in an answer with status 200; `nil` if there is none.
    public static func read(_ body: [UInt8], from family: WireFamily) -> Int? {
        do {
            let name = family == .gemini ? "totalTokens" : "input_tokens"
            return try JSONSlice(validating: body).member(name)?.count
        } catch {
            // Whoever asked makes an estimate of its own.
            return nil
        }
    }
}
