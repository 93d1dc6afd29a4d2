import Testing

@Suite("Mistakes in providers")
struct ProviderProblemTests {
    @Test(arguments: [
        Mistake(
            "mode: hybrid",
            1,
            1,
            "providers",
            "there is no provider",
            "add one, such as `- type: ollama`"
        ),
        Mistake(
            "providers: []",
            1,
            12,
            "providers",
            "there is no provider",
            "add one, such as `- type: ollama`"
        ),
        Mistake(
            "providers:\n  - type: gorq",
            2,
            11,
            "providers[0].type",
            "`gorq` is not a type of provider",
            "did you mean `groq`?"
        ),
        Mistake("providers:\n  - name: x", 2, 5, "providers[0].type", "is missing"),
        Mistake(
            "providers:\n  - groq",
            2,
            5,
            "providers[0]",
            "must be a mapping of keys to values"
        ),
        Mistake(
            "providers:\n  - type: ruvllm",
            2,
            5,
            "providers[0].baseUrl",
            "is missing; `ruvllm` has no usual address",
            "write `baseUrl: http://localhost:PORT/v1`"
        ),
        Mistake(
            "providers:\n  - {type: ollama, baseUrl: localhost}",
            2,
            29,
            "providers[0].baseUrl",
            "is not an address",
            "write it as `https://HOST/PATH` or `http://HOST:PORT`"
        ),
        Mistake(
            "providers:\n  - {type: ollama, baseUrl: \"http://u:p@h\"}",
            2,
            29,
            "providers[0].baseUrl",
            "must hold no user, password, query or fragment",
            "put the key in `apiKey`, which is kept secret"
        ),
        Mistake(
            "providers:\n  - type: groq\n    apiKey: ${GROQ_API_KEY}",
            3,
            13,
            "providers[0].apiKey",
            "the environment variable GROQ_API_KEY is not set",
            "run `export GROQ_API_KEY=…` before you start logway"
        ),
        Mistake(
            "providers:\n  - type: groq",
            2,
            5,
            "providers[0].apiKey",
            "is missing, and the environment variable GROQ_API_KEY is not set",
            "run `export GROQ_API_KEY=…` before you start logway, or set `enabled: false`"
        ),
        Mistake(
            "providers:\n  - type: groq\n    apiKey: ${GROQ",
            3,
            13,
            "providers[0].apiKey",
            "`${` needs a variable's name and `}`",
            "write `${NAME}`, or `$${` for a plain `${`"
        ),
        Mistake(
            "providers:\n  - type: groq\n    apiKey: [k]",
            3,
            13,
            "providers[0].apiKey",
            "must be a text"
        ),
        Mistake(
            "providers:\n  - {type: ollama, name: \"${WHO}\"}",
            2,
            26,
            "providers[0].name",
            "the environment variable WHO is not set",
            "run `export WHO=…` before you start logway"
        ),
        Mistake(
            "providers:\n  - type: ollama\n  - type: ollama",
            3,
            5,
            "providers[1].name",
            "the name `ollama` is taken on line 2",
            "give each provider of one type a `name` of its own"
        ),
        Mistake(
            "providers:\n  - {type: ollama, name: a:b}",
            2,
            26,
            "providers[0].name",
            "must be one word without `:`, which separates a model"
        ),
        Mistake(
            "providers:\n  - {type: ollama, name: auto}",
            2,
            26,
            "providers[0].name",
            "`auto` is what clients ask for when the router may choose"
        ),
        Mistake(
            "providers:\n  - {type: ollama, costPer1MTokens: {input: 1}}",
            2,
            37,
            "providers[0].costPer1MTokens.output",
            "is missing; without it the price is unknown"
        ),
        Mistake(
            "providers:\n  - {type: ollama, simulation: {}}",
            2,
            32,
            "providers[0].simulation",
            "is for the type `simulated` only"
        ),
        Mistake(
            "providers:\n  - {type: simulated, simulation: {seed: 1}}",
            2,
            35,
            "providers[0].simulation.models",
            "is missing",
            "name one: `- name: sim-small`"
        ),
        Mistake(
            "providers:\n  - {type: simulated, simulation: {models: [{quality: 1}]}}",
            2,
            45,
            "providers[0].simulation.models[0].name",
            "is missing"
        ),
        Mistake(
            "providers:\n  - {type: simulated, simulation: {models: [{name: a}, {name: a}]}}",
            2,
            44,
            "providers[0].simulation.models",
            "the model `a` is named twice"
        ),
    ])
    func `a provider's mistake is reported at its place with advice`(mistake: Mistake) throws {
        try mistake.check()
    }
}
