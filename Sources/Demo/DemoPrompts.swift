/// What the demo asks: small requests of the kinds that teams send, grouped by task.
enum DemoPrompts {
    /// Task and prompt, in the order in which they are sent.
    static let all: [(task: String, prompt: String)] = {
        let longest = byTask.map(\.prompts.count).max() ?? 0
        // One of each task in turn, so that any stretch of the demo holds several kinds.
        return (0..<longest).flatMap { index in
            byTask.compactMap { task, prompts in
                prompts.indices.contains(index) ? (task: task, prompt: prompts[index]) : nil
            }
        }
    }()

    private static let byTask: [(task: String, prompts: [String])] = [
        (
            "simple-query",
            [
                "What is the capital of Mongolia?",
                "How many days are there in a leap year?",
                "Which port does PostgreSQL listen on by default?",
                "What does HTTP status 409 mean?",
                "Convert 72 degrees Fahrenheit to Celsius.",
            ]
        ),
        (
            "code-generation",
            [
                "Write a Python function that merges two sorted lists.",
                "Write a SQL query for the ten customers with the most orders last month.",
                "Write a shell script that renames every .jpeg in a folder to .jpg.",
                "Write a Swift struct for a ring buffer of fixed capacity.",
                "Write a regular expression that matches ISO 8601 dates.",
            ]
        ),
        (
            "code-review",
            [
                "Review this: def f(x, acc=[]): acc.append(x); return acc",
                "Review this pull request: it replaces a mutex by an atomic flag and a spin loop.",
                "Is it safe to compare two password hashes with == in Go?",
                "Review this SQL: SELECT * FROM users WHERE name = '\" + name + \"'",
            ]
        ),
        (
            "test-generation",
            [
                "Generate unit tests for a function that parses durations such as 2m59.5s.",
                "Write tests for a queue that drops its oldest element when it is full.",
                "Write property-based tests for a function that reverses a list.",
            ]
        ),
        (
            "bug-detection",
            [
                "Find the bug: for i in range(len(xs)): if xs[i] == 0: xs.pop(i)",
                "Why does this leak? malloc in a loop, free after the loop.",
                "Find the off-by-one in: while lo < hi: mid = (lo + hi) // 2; lo = mid",
            ]
        ),
        (
            "documentation",
            [
                "Document a REST endpoint that cancels an order.",
                "Write a README introduction for a command line tool that resizes images.",
                "Explain to a new colleague what our retry policy does: three tries, backing off.",
            ]
        ),
        (
            "refactoring",
            [
                "Refactor three nested ifs that check user, role and quota into guard clauses.",
                "Split a 300-line function that reads, validates and stores a CSV file.",
            ]
        ),
        (
            "security-scanning",
            [
                "Look for vulnerabilities: a login handler that puts the user name into a log line.",
                "What can go wrong when a server follows redirects that a user supplies?",
            ]
        ),
        (
            "planning",
            [
                "Plan the migration of a monolith's billing module to a service of its own.",
                "Plan a week of work to cut the start-up time of a mobile app by half.",
            ]
        ),
        (
            "complex-reasoning",
            [
                "Prove that the square root of 3 is irrational.",
                "Two trains leave at 9:00, 300 km apart, at 80 and 70 km/h. When do they meet?",
                "Compare optimistic and pessimistic locking for a seat reservation system.",
            ]
        ),
        (
            "analysis",
            [
                "Summarise what these numbers say: 12, 15, 14, 90, 13, 16.",
                "Our p99 doubled after we added a cache. Give three explanations to test.",
            ]
        ),
    ]
}
