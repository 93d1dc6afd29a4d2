import Events
import JSONBytes
import Testing

@testable import Providers

@Suite("Gemini's API for clients")
struct GeminiClientTests {
    @Test(arguments: [
        ("/v1beta/models/gemini-x:generateContent", "gemini-x", "generateContent"),
        ("/v1/models/gemini-x:streamGenerateContent", "gemini-x", "streamGenerateContent"),
        ("/v1alpha/models/llama3:8b:countTokens", "llama3:8b", "countTokens"),
        ("/v1beta/models/org/model:embedContent", "org/model", "embedContent"),
        ("/v1beta/models/org%2Fmodel%3Acheap:embedContent", "org/model:cheap", "embedContent"),
        ("/v1beta/models/auto:cheap:generateContent", "auto:cheap", "generateContent"),
        ("/v1beta/tunedModels/mine:generateContent", "tunedModels/mine", "generateContent"),
        ("/v1beta/models/x:predict", "x", "predict"),
    ])
    func `a path names the model and what is asked of it`(
        path: String,
        model: String,
        method: String
    ) throws {
        let read = try #require(GeminiPath(path))
        #expect(read.model == model)
        #expect(read.methodName == method)
        #expect((read.method == nil) == (method == "predict"))
    }

    @Test(arguments: [
        "/v1beta/models", "/v1beta/models/x", "/v2/models/x:generateContent", "/models/x:y",
        "/v1beta/files/x:y", "/v1beta/models/:generateContent", "/v1beta/models/%zz:countTokens",
        "/v1/chat/completions", "",
    ])
    func `other paths are not Gemini's`(path: String) {
        #expect(GeminiPath(path) == nil)
    }

    @Test(arguments: [
        (#"{"type":"STRING"}"#, #"{"type":"string"}"#),
        (
            #"{"type":"OBJECT","properties":{"type":{"type":"INTEGER","format":"int64"}}}"#,
            #"{"type":"object","properties":{"type":{"type":"integer","format":"int64"}}}"#
        ),
        (
            #"{"any_of":[{"type":"NUMBER"},{"type":"STRING"}],"nullable":true}"#,
            #"{"anyOf":[{"type":"number"},{"type":"string"},{"type":"null"}]}"#
        ),
        (
            #"{"type":"STRING","format":"enum","enum":["a"],"nullable":true}"#,
            #"{"type":["string","null"],"enum":["a",null]}"#
        ),
        (
            #"{"type":"ARRAY","items":{"type":"BOOLEAN"},"min_items":"2","maxItems":3}"#,
            #"{"type":"array","items":{"type":"boolean"},"minItems":2,"maxItems":3}"#
        ),
        (#"{"type":"TYPE_UNSPECIFIED","title":"t"}"#, #"{"title":"t"}"#),
        (
            #"{"type":"object","additionalProperties":false}"#,
            #"{"type":"object","additionalProperties":false}"#
        ),
        (
            #"{"type":"OBJECT","propertyOrdering":["b"],"example":{"nullable":true}}"#,
            #"{"type":"object","example":{"nullable":true}}"#
        ),
    ])
    func `a schema of Google's is a JSON schema`(schema: String, expected: String) throws {
        let read = try JSONSlice(validating: [UInt8](schema))
        #expect(String(decoding: GeminiSchema.jsonSchema(of: read).raw, as: UTF8.self) == expected)
    }

    @Test func `a limit of a budget goes into the configuration as it is spelled`() throws {
        let bodies = [
            (#"{"contents":[{}]}"#, #"{"contents":[{}],"generationConfig":{"maxOutputTokens":9}}"#),
            (
                #"{"contents":[{}],"generation_config":{"topK":1}}"#,
                #"{"contents":[{}],"generation_config":{"topK":1,"maxOutputTokens":9}}"#
            ),
            (
                #"{"contents":[{}],"generationConfig":{"max_output_tokens":7}}"#,
                #"{"contents":[{}],"generationConfig":{"max_output_tokens":7}}"#
            ),
        ]
        for (body, expected) in bodies {
            let client = try ClientRequest(
                family: .gemini,
                body: [UInt8](body),
                address: ModelAddress(model: "m")
            )
            let sent = try client.upstreamBody(
                for: .gemini,
                model: "b",
                options: BodyOptions(outputLimit: 9)
            )
            #expect(String(decoding: sent, as: UTF8.self) == expected)
        }
    }

    @Test func `an array breaks off with the error as its last element`() throws {
        let client = try ClientRequest(
            family: .gemini,
            body: [UInt8](#"{"contents":[{}]}"#),
            address: ModelAddress(model: "m", stream: .array)
        )
        var stream = AnswerStream(from: .gemini, for: client, as: identity)
        let error = ClientError(status: 502, code: "c", message: "m", requestID: "r")
        let time = Timestamp(microseconds: 0)
        let alone = try JSONSlice(validating: stream.frame(of: error, at: time))
        #expect(alone.elements.map(\.kind).count == 1)
        var output: [UInt8] = []
        let event = #"data: {"candidates":[{"content":{"parts":[{"text":"a"}]}}]}"# + "\r\n\r\n"
        try stream.consume([UInt8](event), into: &output)
        output += stream.frame(of: error, at: time)
        let both = try JSONSlice(validating: output)
        #expect(both.elements.map(\.kind).count == 2)
    }
}
