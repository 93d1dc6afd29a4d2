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

    /// The request whose tokens are to be counted: what was posted, of which Gemini's may hold the request
    /// as a member.
    ///
    /// - Parameters:
    ///   - body: what was posted.
    ///   - api: the API whose requests are counted.
    ///   - address: what the address says, where it names the model.
    ///   - header: looks a header up by its lower-case name.
    /// - Returns: the request.
    /// - Throws: `RequestError` as `ClientRequest.init`.
    public static func request(
        in body: [UInt8],
        by api: ClientAPI,
        address: ModelAddress?,
        header: (String) -> String?
    ) throws(RequestError) -> ClientRequest {
        var root = try ClientRequest.validated(body)
        if api.family == .gemini {
            do {
                let found = try root.scan(["generateContentRequest", "generate_content_request"])
                root = (found[0] ?? found[1])?.alone ?? root
            } catch {
                throw RequestError(error)
            }
        }
        return try ClientRequest(api: api, root: root, address: address, header: header)
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
