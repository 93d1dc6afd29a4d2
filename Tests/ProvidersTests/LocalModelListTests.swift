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

    @Test func `an Ollama's models are those that run and the others`() {
        let body = #"{"models":[{"name":"b","context_length":4096},{"name":"gone"},{"model":"c"}]}"#
        #expect(
            LocalModelList.ollama(Array(body.utf8), of: ["c", "b", "a"]) == [
                listed("a") { $0.isLoaded = false },
                listed("b") { ($0.isLoaded, $0.loadedContext) = (true, 4096) },
                listed("c") { $0.isLoaded = true },
            ]
        )
        #expect(LocalModelList.ollama(Array("{}".utf8), of: ["a"]) == nil)
    }
}
