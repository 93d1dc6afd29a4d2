import Testing

private let ollama = "providers: [{type: ollama}]\n"

@Suite("Mistakes in chains")
struct ChainProblemTests {
    @Test(arguments: [
        Mistake(
            ollama + "fallback_chains:\n  production: [ollama, olama]",
            3,
            24,
            "fallback_chains.production[1]",
            "there is no provider `olama`",
            "did you mean `ollama`?"
        ),
        Mistake(
            ollama + "fallback_chains: {production: [\"ollama:\"]}",
            2,
            32,
            "fallback_chains.production[0]",
            "must be `provider`, `provider:model` or `provider:free`"
        ),
        Mistake(
            ollama + "fallback_chains: {production: []}",
            2,
            31,
            "fallback_chains.production",
            "the chain is empty"
        ),
        Mistake(
            ollama + "fallback_chains: [ollama]",
            2,
            18,
            "fallback_chains",
            "must be a mapping of names to values"
        ),
        Mistake(
            ollama + "task_fallback_overrides: {code-reveiw: [ollama]}",
            2,
            27,
            "task_fallback_overrides",
            "`code-reveiw` is not a task type",
            "did you mean `code-review`?"
        ),
        Mistake(
            ollama + "routing: {chain: prodution}",
            2,
            18,
            "routing.chain",
            "there is no chain `prodution`",
            "did you mean `production`?"
        ),
        Mistake(
            "providers: [{type: ollama, enabled: false}]",
            1,
            12,
            "routing.chain",
            "the chain `production` leads to no enabled provider",
            "enable one of its providers, or name another chain"
        ),
        Mistake(
            "providers: [{type: ollama, name: a}, {type: ollama, name: b}]\n"
                + "fallback_chains: {production: [ollama]}",
            2,
            32,
            "fallback_chains.production[0]",
            "`ollama` can be any of several providers",
            "name one: a, b"
        ),
        Mistake(
            "providers: [{type: ollama, fallbackProvider: olama}]",
            1,
            46,
            "providers[0].fallbackProvider",
            "there is no provider `olama`",
            "did you mean `ollama`?"
        ),
    ])
    func `a chain's mistake is reported at its place with advice`(mistake: Mistake) throws {
        try mistake.check()
    }
}
