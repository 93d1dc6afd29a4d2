import Catalog
import Settings
import Testing

@Suite("Changing a configuration")
struct SettingsEditTests {
    private func edited(_ name: String, _ yaml: String) throws -> String {
        try SettingsEdit.makingDefault(
            name,
            in: yaml,
            file: "logway.yaml",
            environment: [:],
            catalog: Catalog.shipped
        )
    }

    @Test func `priorities are put in where there are none`() throws {
        let yaml = """
            providers:
              - type: ollama   # at home
              - name: "b"
                type: ruvllm
                baseUrl: http://localhost:1

            """
        let expected = """
            providers:
              - type: ollama   # at home
                priority: 2
              - name: "b"
                type: ruvllm
                priority: 1
                baseUrl: http://localhost:1

            """
        #expect(try edited("b", yaml) == expected)
        #expect(try edited("b", expected) == expected)
        #expect(try edited("ollama", yaml) == yaml)
    }

    @Test(arguments: [
        (
            #"{"providers": [{"type": "ollama"}, {"type": "ruvllm", "baseUrl": "http://localhost:1"}]}"#,
            #"{"providers": [{"type": "ollama", "priority": 2}, {"type": "ruvllm", "priority": 1, "baseUrl": "http://localhost:1"}]}"#
        ),
        (
            "providers: [{type: ollama, priority: 3}, {type: ruvllm, priority: 9, baseUrl: 'http://localhost:1'}]",
            "providers: [{type: ollama, priority: 2}, {type: ruvllm, priority: 1, baseUrl: 'http://localhost:1'}]"
        ),
        (
            "providers:\n- {type: ollama}\n- {type: ruvllm, baseUrl: 'http://localhost:1'}\n"
                + "fallback_chains:\n  production:\n    - ollama # é\n    - ruvllm:m\n",
            "providers:\n- {type: ollama, priority: 2}\n- {type: ruvllm, priority: 1, baseUrl: 'http://localhost:1'}\n"
                + "fallback_chains:\n  production:\n    - ruvllm:m # é\n    - ollama\n"
        ),
        (
            "providers:\n- {type: ollama}\n- {type: ruvllm, baseUrl: 'http://localhost:1'}\n"
                + "fallback_chains:\n  production:\n    - ollama\n",
            "providers:\n- {type: ollama, priority: 2}\n- {type: ruvllm, priority: 1, baseUrl: 'http://localhost:1'}\n"
                + "fallback_chains:\n  production:\n    - ruvllm\n    - ollama\n"
        ),
        (
            "providers: [{type: ollama}, {type: ruvllm, baseUrl: 'http://localhost:1'}]\n"
                + "fallback_chains: {mine: [ollama], production: [ollama]}\nrouting: {chain: mine}\n",
            "providers: [{type: ollama, priority: 2}, {type: ruvllm, priority: 1, baseUrl: 'http://localhost:1'}]\n"
                + "fallback_chains: {mine: [ruvllm, ollama], production: [ollama]}\nrouting: {chain: mine}\n"
        ),
    ])
    func `every style keeps its style`(yaml: String, expected: String) throws {
        #expect(try edited("ruvllm", yaml) == expected)
    }

    @Test(arguments: [
        "providers: [{type: ollama}, {type: ruvllm, enabled: false}]",
        #"providers: [{type: ollama}, {type: "\x72uvllm", baseUrl: 'http://localhost:1'}]"#,
    ])
    func `what can't be changed is refused with what to do`(yaml: String) {
        #expect {
            try edited("ruvllm", yaml)
        } throws: { error in
            "\(error)".contains("`ruvllm`")
        }
    }
}
