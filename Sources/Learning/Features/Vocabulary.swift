import Events

/// Which words stand for what in a prompt: whole words only, so that "plan" is not in "airplane".
///
/// A change of these lists is a new version of the extractor (`FeatureExtractor.version`).
enum Vocabulary {
    /// What a word stands for; nothing for most.
    static func cues(of word: PackedWord) -> PromptCues {
        guard !word.isTooLong else { return [] }
        var slot = slot(of: word)
        while let (known, cues) = table[slot] {
            if known.high == word.high, known.low == word.low { return cues }
            slot = (slot + 1) & (tableSize - 1)
        }
        return []
    }

    private static let tableSize = 1_024

    private static func slot(of word: PackedWord) -> Int {
        let mixed = (word.low ^ word.high &* 0x9E37_79B9_7F4A_7C15) &* 0xBF58_476D_1CE4_E5B9
        return Int(mixed >> 54)
    }

    /// An open table at most half full, so that a search ends soon.
    private static let table: [(PackedWord, PromptCues)?] = {
        var table = [(PackedWord, PromptCues)?](repeating: nil, count: tableSize)
        var count = 0
        for (cues, words) in lists {
            for text in words {
                let word = PackedWord(text)
                var slot = slot(of: word)
                while let known = table[slot], known.0 != word {
                    slot = (slot + 1) & (tableSize - 1)
                }
                count += table[slot] == nil ? 1 : 0
                table[slot] = (word, cues.union(table[slot]?.1 ?? []))
            }
        }
        precondition(count <= tableSize / 2, "the table of words must grow")
        return table
    }()

    /// The words of each kind; one that is of several has the bits of all.
    static let lists: [(PromptCues, [String])] = [
        (
            .make,
            [
                "write", "generate", "create", "add", "implement", "build", "make", "develop",
                "produce",
            ]
        ),
        (
            .test,
            [
                "test", "tests", "testing", "unittest", "unittests", "spec", "specs", "jest",
                "pytest", "junit", "xctest", "vitest", "testcase", "testcases",
            ]
        ),
        (.coverage, ["coverage", "uncovered", "untested"]),
        (.review, ["review", "reviews", "reviewing", "reviewer", "critique"]),
        (
            .bug,
            [
                "bug", "bugs", "debug", "debugging", "defect", "defects", "crash", "crashes",
                "crashing", "exception", "exceptions", "stacktrace", "traceback", "segfault",
                "deadlock", "regression", "broken", "fails", "failing",
            ]
        ),
        (.fix, ["fix", "fixes", "fixing", "repair", "mend"]),
        (
            .documentation,
            [
                "documentation", "document", "docs", "docstring", "docstrings", "jsdoc", "javadoc",
                "godoc", "readme", "changelog", "doxygen",
            ]
        ),
        (
            .refactor,
            [
                "refactor", "refactors", "refactoring", "restructure", "modernize", "modernise",
                "decouple", "deduplicate", "cleanup",
            ]
        ),
        (
            .performance,
            [
                "performance", "benchmark", "benchmarks", "benchmarking", "latency", "throughput",
                "profiling", "profiler", "bottleneck", "bottlenecks", "optimize", "optimise",
                "loadtest",
            ]
        ),
        (
            .security,
            [
                "security", "vulnerability", "vulnerabilities", "vulnerable", "cve", "cves", "xss",
                "csrf", "ssrf", "exploit", "exploits", "owasp", "pentest", "penetration",
                "injection", "sanitization", "hardening",
            ]
        ),
        (
            .program,
            [
                "function", "functions", "method", "methods", "class", "classes", "code", "script",
                "scripts", "program", "algorithm", "api", "endpoint", "endpoints", "component",
                "module", "library", "regex", "sql", "query", "parser", "struct", "cli", "app",
            ]
        ),
        (
            .analysis,
            [
                "analyze", "analyse", "analyzing", "analysis", "evaluate", "compare", "comparison",
                "assess", "investigate", "examine", "explain", "interpret", "contrast",
            ]
        ),
        (
            .plan,
            [
                "plan", "plans", "planning", "roadmap", "design", "architecture", "architect",
                "milestone", "milestones", "schedule", "prioritize", "prioritise",
            ]
        ),
        (
            .proof,
            ["prove", "proof", "proofs", "theorem", "theorems", "lemma", "corollary", "axioms"]
        ),
        (
            .retrieval,
            [
                "retrieve", "retrieval", "rag", "corpus", "passages", "citations", "cite",
                "sources", "documents", "embeddings",
            ]
        ),
        (
            .question,
            [
                "what", "who", "when", "where", "which", "how", "why", "is", "are", "does", "do",
                "can", "whose",
            ]
        ),
        (.greeting, ["hello", "hi", "hey", "thanks", "thank", "good", "greetings"]),
        (.trifle, ["typo", "typos", "rename", "trivial", "indent", "spelling", "capitalize"]),
        (
            .system,
            [
                "distributed", "concurrency", "concurrent", "microservice", "microservices",
                "scalable", "scalability", "platform", "consensus", "cryptography",
                "cryptographic", "infrastructure", "migration", "enterprise", "kubernetes",
                "sharding", "replication", "multithreaded",
            ]
        ),
        (.change, ["pull", "pr", "diff", "commit", "commits", "merge", "patch", "mr"]),
        (.quality, ["quality", "practices", "standards", "smell", "smells", "maintainability"]),
        (.audit, ["audit", "audits", "assessment", "compliance", "forensic", "threat"]),
        (
            .reasoning,
            [
                "derive", "derivation", "deduce", "rigorous", "rigorously", "reason", "reasoning",
                "puzzle", "logic", "logically", "induction", "contradiction", "step",
            ]
        ),
        (
            .condense,
            [
                "summarize", "summarise", "summary", "summaries", "tldr", "translate",
                "paraphrase", "condense",
            ]
        ),
    ]
}
