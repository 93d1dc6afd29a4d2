import Events
import Foundation
import JSONBytes
import Testing

@testable import Providers

@Suite("Failures")
struct FailureTests {
    /// 2026-11-21T09:30:00Z.
    static let now = CivilDate(year: 2026, month: 11, day: 21).start + .seconds(34_200)

    private func classify(
        _ status: Int,
        _ body: String = "",
        family: WireFamily = .openai,
        headers: [String: String] = [:]
    ) -> ProviderFailure {
        ProviderFailure.classify(
            status: status,
            headers: { headers[$0] },
            body: [UInt8](body),
            family: family,
            now: Self.now
        )
    }

    static let fewerTokens = #"""
        {"error":{"code":402,"message":"This request requires more credits, or fewer max_tokens.
         You requested up to 64000 tokens, but can only afford 1824."}}
        """#.replacing("\n", with: "")

    @Test func `an account that can pay for a smaller request is asked again soon`() throws {
        #expect(classify(402, Self.fewerTokens).retryAfter == .seconds(1))
        let headers = ["retry-after": "7"]
        #expect(classify(402, Self.fewerTokens, headers: headers).retryAfter == .seconds(7))
        #expect(classify(402).retryAfter == nil)
        #expect(classify(429).retryAfter == nil)
        let request = try openAIRequest()
        do throws(ProviderFailure) {
            let body = [UInt8](Self.fewerTokens)
            _ = try Answer(body: body, from: .openai, for: request, as: identity)
            Issue.record("accepted")
        } catch {
            #expect(error.kind == .rateLimited)
            #expect(error.retryAfter == .seconds(1))
        }
    }

    static let kinds: [(Int, String, WireFamily, FailureKind)] = [
        (
            400, #"{"error":{"message":"bad","type":"invalid_request_error"}}"#, .openai,
            .invalidRequest
        ),
        (422, #"{"detail":[{"msg":"x"}]}"#, .openai, .invalidRequest),
        (400, "", .openai, .invalidRequest),
        (
            400, #"{"error":{"message":"m","code":"context_length_exceeded"}}"#, .openai,
            .contextTooLong
        ),
        (
            400, #"{"error":{"message":"This model's maximum context length is 8192 tokens."}}"#,
            .openai, .contextTooLong
        ),
        (
            400,
            #"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 2 > 1"}}"#,
            .anthropic, .contextTooLong
        ),
        (
            413, #"{"type":"error","error":{"type":"request_too_large"}}"#, .anthropic,
            .contextTooLong
        ),
        (
            413, #"{"error":{"message":"TPM: Limit 6000","code":"rate_limit_exceeded"}}"#, .openai,
            .rateLimited
        ),
        (
            500, #"{"error":"input length exceeds the context length"}"#, .ollama, .contextTooLong
        ),
        (
            400,
            #"{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low"}}"#,
            .anthropic, .keyRejected
        ),
        (
            400, #"{"error":{"message":"x/y is not a valid model ID","code":400}}"#, .openai,
            .modelMissing
        ),
        (400, #"{"error":{"message":"m","code":"model_decommissioned"}}"#, .openai, .modelMissing),
        (401, #"{"error":{"message":"bad key"}}"#, .openai, .keyRejected),
        (402, "", .openai, .keyRejected), (403, "", .openai, .keyRejected),
        (
            402,
            #"{"error":{"message":"Insufficient credits. Add more at https://x","code":402}}"#,
            .openai, .keyRejected
        ),
        (402, fewerTokens, .openai, .rateLimited),
        (
            402,
            #"{"error":{"message":"Prompt tokens limit exceeded: 9 > 5. Try fewer tokens","code":402}}"#,
            .openai, .rateLimited
        ),
        (
            403,
            #"{"error":{"message":"Project `proj_1` does not have access to model `gpt-x`","type":"invalid_request_error","code":"model_not_found"}}"#,
            .openai, .modelMissing
        ),
        (403, #"{"error":{"message":"m","code":"model_not_found"}}"#, .openai, .modelMissing),
        (
            403, #"{"error":{"message":"Project p does not have access to model X"}}"#, .openai,
            .modelMissing
        ),
        (
            403,
            #"{"error":{"message":"The model is blocked","code":"model_permission_blocked_project"}}"#,
            .openai, .modelMissing
        ),
        (
            403, #"{"error":{"message":"You are not allowed to sample from this model"}}"#,
            .openai, .modelMissing
        ),
        (
            403, #"{"error":{"message":"Country, region, or territory not supported"}}"#, .openai,
            .keyRejected
        ),
        (
            403, #"{"type":"error","error":{"type":"permission_error","message":"no"}}"#,
            .anthropic, .keyRejected
        ),
        (404, #"{"error":"model 'x' not found"}"#, .ollama, .modelMissing),
        (404, "<html>nginx</html>", .openai, .endpointMissing),
        (408, "", .openai, .serverError), (429, "", .openai, .rateLimited),
        (429, #"{"error":{"message":"m","type":"insufficient_quota"}}"#, .openai, .rateLimited),
        (500, "<html>", .openai, .serverError), (502, "", .openai, .serverError),
        (504, "", .openai, .serverError), (503, "", .openai, .overloaded),
        (
            529, #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
            .anthropic, .overloaded
        ),
        (498, "", .openai, .overloaded), (301, "", .openai, .invalidResponse),
        (405, "", .openai, .endpointMissing), (501, "", .openai, .endpointMissing),
        (407, "<html>", .anthropic, .invalidResponse),
        (
            415, #"{"error":{"message":"Not allowed","type":"invalid_request_error"}}"#, .openai,
            .invalidResponse
        ),
        (
            409, #"{"error":{"message":"m","code":"context_length_exceeded"}}"#, .openai,
            .contextTooLong
        ),
        (424, #"{"error":{"message":"m","type":"rate_limit_error"}}"#, .openai, .rateLimited),
    ]

    @Test("a status and its body have a kind", arguments: kinds)
    func hasKind(status: Int, body: String, family: WireFamily, kind: FailureKind) {
        let failure = classify(status, body, family: family)
        #expect(failure.kind == kind)
        #expect(failure.status == status)
    }

    static let messages: [(WireFamily, String, String)] = [
        (.openai, #"{"error":{"message":"a\nb\t c"}}"#, "a b c"),
        (.anthropic, #"{"type":"error","error":{"type":"x","message":"busy"}}"#, "busy"),
        (.ollama, #"{"error":"no such model"}"#, "no such model"),
        (.openai, #"{"message":"plain"}"#, "plain"), (.openai, #"{"detail":"detail"}"#, "detail"),
        (.openai, "Service down", "Service down"),
        (.openai, "<html>", "the provider answered with status 500"),
        (.openai, "{", "{"), (.openai, "", "the provider answered with status 500"),
        (
            .openai, #"{"error":{"message":"Provider returned error","metadata":{"raw":"oops"}}}"#,
            "Provider returned error: oops"
        ),
        (
            .openai,
            #"{"error":{"message":"Incorrect API key: sk-proj-abcdef1234, 'gsk_abcdef123'"}}"#,
            "Incorrect API key: [key], '[key]'"
        ),
    ]

    @Test("a provider's message is one line without keys", arguments: messages)
    func extractsMessage(family: WireFamily, body: String, message: String) {
        #expect(classify(500, body, family: family).message == message)
    }

    @Test func `a long message is cut at 300 characters`() {
        let body = "{\"error\":{\"message\":\"\(String(repeating: "é ", count: 900))\"}}"
        let message = classify(500, body).message
        #expect(message.count == 300)
        #expect(message.hasSuffix("…"))
    }

    static let waits: [([String: String], Duration?)] = [
        ([:], nil),
        (["retry-after": "12"], .seconds(12)),
        (["retry-after": " 1.5 "], .milliseconds(1_500)),
        (["retry-after": "0"], .zero),
        (["retry-after-ms": "250", "retry-after": "9"], .milliseconds(250)),
        (["retry-after": "Sat, 21 Nov 2026 09:30:30 GMT"], .seconds(30)),
        (["retry-after": "Sat, 21 Nov 2026 09:29:30 GMT"], .zero),
        (["retry-after": "soon"], nil),
        (["retry-after": "-5"], nil),
        (["retry-after": "1e300"], nil),
        (["retry-after": "9999999"], .seconds(86_400)),
        (
            ["x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "2m59.56s"],
            .milliseconds(179_560)
        ),
        (
            ["x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "7.66s"],
            .milliseconds(7_660)
        ),
        (["x-ratelimit-remaining-tokens": "5", "x-ratelimit-reset-tokens": "7.66s"], nil),
        (["x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795253460000"], .seconds(60)),
        (["x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795253460"], .seconds(60)),
        (
            [
                "anthropic-ratelimit-tokens-remaining": "0",
                "anthropic-ratelimit-tokens-reset": "2026-11-21T09:31:00.5Z",
            ],
            .milliseconds(60_500)
        ),
        (
            [
                "anthropic-ratelimit-requests-remaining": "0",
                "anthropic-ratelimit-requests-reset": "2026-11-21T10:31:00+01:00",
            ],
            .seconds(60)
        ),
    ]

    @Test("a wait is read in every form", arguments: waits)
    func readsWait(headers: [String: String], expected: Duration?) {
        #expect(classify(429, headers: headers).retryAfter == expected)
        #expect(classify(529, headers: headers).retryAfter == expected)
        #expect(classify(400, headers: headers).retryAfter == nil)
    }

    @Test func `Google's retry delay is read from the body`() {
        let body = #"{"error":{"code":429,"details":[{"quotaId":"x"},{"retryDelay":"34s"}]}}"#
        #expect(classify(429, body).retryAfter == .seconds(34))
    }

    static let durations: [(String, Duration?)] = [
        ("2m59.56s", .milliseconds(179_560)), ("7.66s", .milliseconds(7_660)),
        ("34s", .seconds(34)), ("1h2m3s", .seconds(3_723)), ("250ms", .milliseconds(250)),
        ("12", nil), ("", nil), ("s", nil), ("1x", nil), ("1.2.3s", nil), ("1s2", nil),
    ]

    @Test("Go durations are read exactly", arguments: durations)
    func readsDuration(text: String, expected: Duration?) {
        #expect(RetryHint.goDuration(text) == expected)
    }

    static let receipts: [(String, Int64?)] = [
        ("0.00014215", 142_150), ("0", 0), ("1", 1_000_000_000), ("1e-9", 1), ("1.5E-5", 15_000),
        ("0.1", 100_000_000), ("0.0000000015", 2), ("0.0000000025", 2), ("0.0000000026", 3),
        ("0.00000000250001", 3), ("0.00000000049", 0), ("0.00000000051", 1), ("1e-12", 0),
        ("0.12345678949999", 123_456_789), ("-1", nil), ("-1e-12", nil), ("abc", nil), ("", nil),
        ("1.2.3", nil), ("9e99", nil), ("6e-10", 1), ("5e-10", 0), ("15e-10", 2),
    ]

    @Test("a receipt is exact, and rounded half to even beyond nano-dollars", arguments: receipts)
    func readsReceipt(text: String, expected: Int64?) {
        #expect(Receipt.parse(text)?.count == expected)
    }

    @Test func `an error has the shape of its family`() {
        let error = ClientError(
            status: 404,
            code: "model_not_found",
            message: "no \"x\"\n",
            param: "model",
            requestID: "r1",
            details: [UInt8](#"[{"provider":"p"}]"#)
        )
        #expect(
            error.body(for: .openai, at: Self.now).canonical
                == #"""
                {"error":{"message":"no \"x\"\n","type":"invalid_request_error","param":"model",
                "code":"model_not_found","request_id":"r1",
                "time":"2026-11-21T09:30:00.000000Z","details":[{"provider":"p"}]}}
                """#.canonical
        )
        #expect(
            error.body(for: .anthropic, at: Self.now).canonical
                == #"""
                {"type":"error","error":{"type":"not_found_error","message":"no \"x\"\n","param":"model",
                "code":"model_not_found","time":"2026-11-21T09:30:00.000000Z",
                "details":[{"provider":"p"}]},"request_id":"r1"}
                """#.canonical
        )
        #expect(
            error.body(for: .ollama, at: Self.now).canonical
                == #"""
                {"error":"no \"x\"\n","code":"model_not_found","request_id":"r1",
                "time":"2026-11-21T09:30:00.000000Z","details":[{"provider":"p"}]}
                """#.canonical
        )
        #expect(error.frame(for: .openai, at: Self.now).text.hasPrefix("data: {\"error\":"))
        #expect(error.frame(for: .openai, at: Self.now).text.hasSuffix("}\n\n"))
        #expect(
            error.frame(for: .anthropic, at: Self.now).text.hasPrefix(
                "event: error\ndata: {\"type\":\"error\""
            )
        )
        #expect(error.frame(for: .ollama, at: Self.now).text.hasSuffix("}\n"))
        for family in WireFamily.allCases {
            #expect(!error.frame(for: family, at: Self.now).text.contains("[DONE]"))
        }
    }

    static let types: [(Int, String, String)] = [
        (400, "invalid_request_error", "invalid_request_error"),
        (401, "authentication_error", "authentication_error"),
        (403, "permission_error", "permission_error"),
        (413, "invalid_request_error", "request_too_large"),
        (429, "rate_limit_error", "rate_limit_error"), (500, "server_error", "api_error"),
        (502, "server_error", "api_error"), (503, "server_error", "overloaded_error"),
        (504, "server_error", "timeout_error"), (529, "server_error", "overloaded_error"),
    ]

    @Test("a status has the type that SDKs know", arguments: types)
    func hasType(status: Int, openAI: String, anthropic: String) {
        let error = ClientError(status: status, code: "c", message: "m", requestID: "r")
        #expect(error.body(for: .openai, at: Self.now).text.contains("\"type\":\"\(openAI)\""))
        #expect(
            error.body(for: .anthropic, at: Self.now).text.contains("\"type\":\"\(anthropic)\"")
        )
    }
}
