import Events
import Providers
import Testing

@Suite("Lists of local servers")
struct LocalModelListTests {
    private func listed(_ name: String, _ change: (inout ListedModel) -> Void) -> ListedModel {
        var model = ListedModel()
        model.name = name
        change(&model)
        return model
    }

    @Test func `LM Studio's list is read with states, contexts and kinds`() {
        let body = """
            {"object":"list","data":[
             {"id":"z","type":"vlm","state":"loaded","max_context_length":8,"loaded_context_length":4},
             {"id":"b","type":"embeddings","state":"not-loaded","loaded_context_length":4},
             {"id":"c","type":"llm","state":"loading","max_context_length":"many"},
             {"type":"llm"}, 7, {"id":"d","type":"\(String(repeating: "x", count: 99))"}]}
            """
        #expect(
            LocalModelList.lmStudio(Array(body.utf8)) == [
                listed("b") { ($0.isLoaded, $0.kind) = (false, "embeddings") },
                listed("c") { $0.kind = "llm" },
                listed("d") { $0.kind = String(repeating: "x", count: 32) },
                listed("z") {
                    ($0.isLoaded, $0.kind) = (true, "vlm")
                    ($0.contextWindow, $0.loadedContext) = (8, 4)
                },
            ]
        )
    }

    @Test(arguments: [
        "", "{", "[]", #"{"error":"Unexpected endpoint or method."}"#, #"{"data":{}}"#,
        #"{"object":"list","data":[{"id":"m","object":"model"}]}"#,
    ])
    func `what is no list of LM Studio's own is none`(body: String) {
        #expect(LocalModelList.lmStudio(Array(body.utf8)) == nil)
    }

    @Test func `an Ollama tells which of its models run`() {
        let body = #"{"models":[{"name":"b","context_length":4096},{"name":"gone"},{"model":"c"}]}"#
        let running: [String: Int?] = ["b": 4096, "gone": nil, "c": nil]
        #expect(LocalModelList.ollama(running: Array(body.utf8)) == running)
        #expect(LocalModelList.ollama(running: Array("{}".utf8)) == nil)
    }

    @Test func `what an Ollama's list tells of its files is kept`() {
        let digest = String(repeating: "a1", count: 32)
        let body = #"""
            {"models":[{"name":"qwen3:8b","model":"qwen3:8b","modified_at":"2026-05-04T17:37:44Z",
            "size":5225388164,"digest":"\#(digest)","details":{"parent_model":"","format":"gguf",
            "family":"qwen3","families":["qwen3"],"parameter_size":"8.2B",
            "quantization_level":"Q4_K_M"}},{"name":"bare","size":0,"digest":"","details":null}]}
            """#
        #expect(
            LocalModelList.ollama(tags: Array(body.utf8)) == [
                listed("bare") { _ in },
                listed("qwen3:8b") { model in
                    (model.digest, model.sizeBytes) = (digest, 5_225_388_164)
                    model.modified = Timestamp(microseconds: 1_777_916_264_000_000)
                    (model.format, model.family) = ("gguf", "qwen3")
                    (model.parameterSize, model.quantization) = ("8.2B", "Q4_K_M")
                },
            ]
        )
        #expect(LocalModelList.ollama(tags: Array("[]".utf8)) == nil)
    }
}
