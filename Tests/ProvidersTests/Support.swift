import Events
import Foundation
import JSONBytes

@testable import Providers

extension [UInt8] {
    init(_ text: String) { self = Array(text.utf8) }
    var text: String { String(decoding: self, as: UTF8.self) }

    /// The JSON with sorted names, so that documents can be compared.
    var canonical: String {
        guard
            let object = try? JSONSerialization.jsonObject(
                with: Data(self),
                options: .fragmentsAllowed
            ),
            let data = try? JSONSerialization.data(
                withJSONObject: object,
                options: [.sortedKeys, .fragmentsAllowed, .withoutEscapingSlashes]
            )
        else { return "not JSON: \(text)" }
        return String(decoding: data, as: UTF8.self)
    }
}

extension String {
    var canonical: String { [UInt8](self).canonical }
}

let identity = AnswerIdentity(
    requestID: "0190a0b0-1111-7000-8000-000000000001",
    model: "asked-model",
    created: Timestamp(microseconds: 1_763_700_000_000_000)
)

func openAIRequest(_ members: String = "") throws -> ClientRequest {
    let body = #"{"model":"auto","messages":[{"role":"user","content":"Hi"}]"#
    return try ClientRequest(
        family: .openai,
        body: [UInt8](body + (members.isEmpty ? "" : "," + members) + "}")
    )
}

func anthropicRequest(_ members: String = "") throws -> ClientRequest {
    let body = #"{"model":"auto","max_tokens":64,"messages":[{"role":"user","content":"Hi"}]"#
    return try ClientRequest(
        family: .anthropic,
        body: [UInt8](body + (members.isEmpty ? "" : "," + members) + "}")
    )
}

/// What a client sees of a stream.
struct StreamResult: Equatable {
    var output: String = ""
    var failure: FailureKind?
    var usage = TokenUsage()
    var finish: String?
    var model: String?
    var receipt: Nanodollars?
    var outputTextBytes = 0
    var hasContent = false
    var terminator: String = ""
}

/// Runs a stream whose bytes come in the given pieces.
func run(
    _ pieces: [[UInt8]],
    from upstream: WireFamily,
    for request: ClientRequest,
    comment: String? = nil
) -> StreamResult {
    var stream = AnswerStream(from: ProviderDialect(upstream), for: request, as: identity)
    var result = StreamResult()
    var output: [UInt8] = []
    do throws(ProviderFailure) {
        for piece in pieces { try stream.consume(piece, into: &output) }
        try stream.finish(into: &output)
        result.terminator = stream.terminator(comment: comment).text
    } catch {
        result.failure = error.kind
    }
    result.output = output.text
    result.usage = stream.usage
    result.finish = stream.finishReason
    result.model = stream.model
    result.receipt = stream.receipt
    result.outputTextBytes = stream.outputTextBytes
    result.hasContent = stream.hasContent
    return result
}

func run(
    _ text: String,
    from upstream: WireFamily,
    for request: ClientRequest,
    comment: String? = nil
) -> StreamResult {
    run([[UInt8](text)], from: upstream, for: request, comment: comment)
}

/// The JSON of each `data` line but `[DONE]`, canonical.
func dataLines(_ text: String) -> [String] {
    text.split(separator: "\n").filter { $0.hasPrefix("data: {") }
        .map { String($0.dropFirst(6)).canonical }
}

extension [UInt8] {
    /// The bytes in pieces of a size.
    func chunks(of size: Int) -> [[UInt8]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}

extension Answer {
    /// The blocks of an Anthropic message.
    var content: [[String: Any]] {
        let object = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
        return object?["content"] as? [[String: Any]] ?? []
    }

    /// A member of the answer, canonical.
    func members(_ name: String) -> String {
        let object = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
        return object?[name].map(canonicalJSON) ?? "none"
    }
}

/// A decoded value as JSON with sorted names.
func canonicalJSON(_ value: Any) -> String {
    let options: JSONSerialization.WritingOptions = [
        .sortedKeys, .fragmentsAllowed, .withoutEscapingSlashes,
    ]
    let data = try? JSONSerialization.data(withJSONObject: value, options: options)
    return data.map { String(decoding: $0, as: UTF8.self) } ?? "no JSON"
}
