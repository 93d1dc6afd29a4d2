import Testing

private let ollama = "providers: [{type: ollama}]\n"

@Suite("Mistakes in keys and syntax")
struct KeyProblemTests {
    @Test(arguments: [
        Mistake(
            ollama + "fallbackChains: {}",
            2,
            1,
            "fallbackChains",
            "unknown key `fallbackChains`",
            "did you mean `fallback_chains`?"
        ),
        Mistake(
            "providers:\n  - type: ollama\n    apikey: k",
            3,
            5,
            "providers[0].apikey",
            "unknown key `apikey`",
            "did you mean `apiKey`?"
        ),
        Mistake(
            ollama + "server: {hots: 1.2.3.4}",
            2,
            10,
            "server.hots",
            "unknown key `hots`",
            "did you mean `host`?"
        ),
        Mistake(
            ollama + "server: {colour: red}",
            2,
            10,
            "server.colour",
            "unknown key `colour`",
            "allowed: host, port, hosts, origins, maxBodyBytes, maxBodiesBytes, "
                + "maxAnswersBytes, maxConnections, shutdownGraceMs"
        ),
        Mistake(
            ollama + "server: here",
            2,
            9,
            "server",
            "must be a mapping of keys to values",
            "allowed keys: host, port, hosts, origins, maxBodyBytes, maxBodiesBytes, "
                + "maxAnswersBytes, maxConnections, shutdownGraceMs"
        ),
        Mistake(ollama + "server: {[a]: b}", 2, 10, "server", "a key must be a word"),
        Mistake(
            "mode: hybrid\nmode: hosted\n" + ollama,
            1,
            1,
            "",
            "the key `mode` stands twice in one mapping; the first is here",
            "keep one of them"
        ),
        Mistake(
            ollama + "server: {host: a",
            3,
            1,
            "",
            "is not valid YAML: did not find expected ',' or '}'"
        ),
        Mistake(
            ollama + "log: [\n  a: ]: b",
            3,
            7,
            "",
            "is not valid YAML: mapping values are not allowed in this context"
        ),
        Mistake(
            "providers: *nowhere",
            1,
            12,
            "",
            "is not valid YAML: found undefined alias"
        ),
        Mistake("", 1, 1, "", "is empty", "name at least one provider under `providers:`"),
        Mistake("- a", 1, 1, "", "must be a mapping of keys to values"),
    ])
    func `a mistake in keys or syntax is reported at its place with advice`(mistake: Mistake) throws
    {
        try mistake.check()
    }
}
