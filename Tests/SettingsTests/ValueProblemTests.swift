import Testing

private let ollama = "providers: [{type: ollama}]\n"

@Suite("Mistakes in values")
struct ValueProblemTests {
    @Test(arguments: [
        Mistake(
            ollama + "mode: hybird",
            2,
            7,
            "mode",
            "`hybird` is not one of local_first, hosted, free_only, hybrid",
            "did you mean `hybrid`?"
        ),
        Mistake(ollama + "mode: [hybrid]", 2, 7, "mode", "must be a word"),
        Mistake(
            ollama + "log: {durability: eventual}",
            2,
            19,
            "log.durability",
            "`eventual` is not one of strict, group, async"
        ),
        Mistake(
            ollama + "log: {retention: {keepDays: 0}}",
            2,
            29,
            "log.retention.keepDays",
            "must be from 1 to 36500"
        ),
        Mistake(
            ollama + "log: {retention: {keepDays: 30, keepBytes: 2000000}}",
            2,
            18,
            "log.retention",
            "has more than one rule",
            "keep one of them"
        ),
        Mistake(
            ollama + "server: {hosts: [gate.example, \"http://gate.example\"]}",
            2,
            32,
            "server.hosts[1]",
            "is no name of a host"
        ),
        Mistake(
            ollama + "server: {hosts: [\"*\"]}",
            2,
            18,
            "server.hosts[0]",
            "is no name of a host"
        ),
        Mistake(
            ollama + "server: {origins: [\"null\"]}",
            2,
            20,
            "server.origins[0]",
            "is no origin of a page"
        ),
        Mistake(
            ollama + "server: {port: 65536}",
            2,
            16,
            "server.port",
            "must be from 0 to 65535"
        ),
        Mistake(
            ollama + "server: {port: \"80\"}",
            2,
            16,
            "server.port",
            "must be a whole number"
        ),
        Mistake(
            ollama + "server:\n  port: ${PORT}",
            3,
            9,
            "server.port",
            "must be a whole number"
        ),
        Mistake(
            ollama + "routing: {maxAttempts: 0}",
            2,
            24,
            "routing.maxAttempts",
            "must be from 1 to 20"
        ),
        Mistake(
            ollama + "routing: {exploration: {floor: 0.6}}",
            2,
            32,
            "routing.exploration.floor",
            "must be from 0.0 to 0.5"
        ),
        Mistake(
            ollama + "routing: {hedge: {maxShare: 1.5}}",
            2,
            29,
            "routing.hedge.maxShare",
            "must be from 0.0 to 1.0"
        ),
        Mistake(
            ollama + "routing: {timeouts: {idleMs: 1.5}}",
            2,
            30,
            "routing.timeouts.idleMs",
            "must be a whole number"
        ),
        Mistake(
            ollama + "budgets: {monthly: lots}",
            2,
            20,
            "budgets.monthly",
            "must be an amount in US dollars such as 0.15, not negative, with at most nine decimals"
        ),
        Mistake(
            ollama + "budgets: {daily: -1}",
            2,
            18,
            "budgets.daily",
            "must be an amount in US dollars such as 0.15, not negative, with at most nine decimals"
        ),
        Mistake(
            ollama + "budgets: {alertThreshold: 80}",
            2,
            27,
            "budgets.alertThreshold",
            "must be from 0.0 to 1.0"
        ),
        Mistake(
            ollama + "budgets: {perTask: {documantation: 5}}",
            2,
            21,
            "budgets.perTask",
            "`documantation` is not a task type",
            "did you mean `documentation`?"
        ),
        Mistake(
            "providers: [{type: ollama, enabled: maybe}]",
            1,
            37,
            "providers[0].enabled",
            "must be true or false"
        ),
        Mistake(
            "providers: [{type: ollama, models: llama3.2}]",
            1,
            36,
            "providers[0].models",
            "must be a list",
            "write `[a, b]`, or one `- item` a line"
        ),
        Mistake(
            "providers: [{type: ollama, models: [[a]]}]",
            1,
            37,
            "providers[0].models[0]",
            "must be a text"
        ),
    ])
    func `a wrong value is reported at its place with advice`(mistake: Mistake) throws {
        try mistake.check()
    }
}
