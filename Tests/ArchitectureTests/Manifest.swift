/// The targets that Package.swift declares, read from its text: its own model of them is not to be had in a
/// test, and asking the package manager takes seconds.
///
/// It understands what Package.swift is written in (calls with literals, constants of dependencies) and
/// throws at anything else, so that no dependency is passed over.
struct Manifest {
    struct Target {
        var name: String
        /// Names of targets and of products, each of which is the name of a module.
        var dependencies: [String]
        /// Where its files are, from the package's folder.
        var folder: String
        /// The call that declares it, such as `layer` or `systemLibrary`.
        var kind: String
    }

    enum Problem: Error, Equatable {
        case noTargets
        case unknownTarget(String)
        case unknownDependency(String)
        case unbalanced
    }

    private(set) var targets: [Target] = []

    init(_ text: String) throws(Problem) {
        let tokens = Self.tokens(text)
        let constants = try Self.constants(tokens)
        guard let package = tokens.firstRange(of: [.word("let"), .word("package")])?.lowerBound,
            let list = Self.list("targets", in: tokens[package...])
        else { throw .noTargets }
        for element in try Self.parts(list) {
            targets.append(try Self.target(element, constants))
        }
    }
}

extension Manifest {
    private enum Token: Equatable {
        case word(String)
        case string(String)
        case mark(Character)
    }

    /// The words, strings and marks of Swift, without comments.
    private static func tokens(_ text: String) -> [Token] {
        let pattern = /\/\/.*|"((?:[^"\\\n]|\\.)*)"|(\w+)|(\S)/
        return text.matches(of: pattern).compactMap { match in
            if let string = match.1 { return .string(String(string)) }
            if let word = match.2 { return .word(String(word)) }
            return match.3.flatMap(\.first).map { .mark($0) }
        }
    }

    /// How much deeper in brackets it is behind a token.
    private static func step(_ token: Token) -> Int {
        switch token {
        case .mark("("), .mark("["), .mark("{"): 1
        case .mark(")"), .mark("]"), .mark("}"): -1
        default: 0
        }
    }

    /// The content of `label: [ … ]` among the arguments of the first call.
    private static func list(_ label: String, in tokens: ArraySlice<Token>) -> ArraySlice<Token>? {
        var depth = 0
        var start: Int?
        for index in tokens.indices {
            depth += step(tokens[index])
            if start == nil, depth == 2, tokens[..<index].suffix(2) == [.word(label), .mark(":")] {
                start = index + 1
            } else if let start, depth == 1 {
                return tokens[start..<index]
            }
        }
        return nil
    }

    /// What commas divide, brackets left whole.
    private static func parts(
        _ tokens: ArraySlice<Token>
    ) throws(Problem) -> [ArraySlice<Token>] {
        var parts: [ArraySlice<Token>] = []
        var depth = 0
        var start = tokens.startIndex
        for index in tokens.indices {
            depth += step(tokens[index])
            guard depth == 0, tokens[index] == .mark(",") else { continue }
            parts.append(tokens[start..<index])
            start = index + 1
        }
        guard depth == 0 else { throw .unbalanced }
        if start < tokens.endIndex { parts.append(tokens[start...]) }
        return parts
    }

    /// `let crypto: Target.Dependency = …` and the like: the names that each stands for.
    private static func constants(_ tokens: [Token]) throws(Problem) -> [String: [String]] {
        var depth = 0
        var starts: [Int] = []
        for index in tokens.indices {
            if depth == 0, [.word("let"), .word("func")].contains(tokens[index]) {
                starts.append(index)
            }
            depth += step(tokens[index])
        }
        var constants: [String: [String]] = [:]
        for (start, end) in zip(starts, starts.dropFirst() + [tokens.count]) {
            let statement = tokens[start..<end]
            guard case .word(let name) = statement.dropFirst().first,
                let sign = statement.firstIndex(of: .mark("=")),
                statement[..<sign].contains(.word("Dependency")), tokens[start] == .word("let")
            else { continue }
            constants[name] = try names(statement[(sign + 1)...], constants)
        }
        return constants
    }

    /// The modules that an expression of dependencies names.
    private static func names(
        _ tokens: ArraySlice<Token>,
        _ constants: [String: [String]]
    ) throws(Problem) -> [String] {
        var names: [String] = []
        for index in tokens.indices {
            let before = tokens[..<index].suffix(2)
            let next = tokens[(index + 1)...].first
            switch tokens[index] {
            case .string(let name):
                if before != [.word("package"), .mark(":")] { names.append(name) }
            case .word("product"), .word("target"):
                guard next == .mark("(") else { throw .unknownDependency("\(tokens[index])") }
            case .word("name"), .word("package"):
                guard next == .mark(":") else { throw .unknownDependency("\(tokens[index])") }
            case .word(let word):
                guard let known = constants[word] else { throw .unknownDependency(word) }
                names += known
            case .mark: continue
            }
        }
        return names
    }

    /// The target that a call declares.
    private static func target(
        _ call: ArraySlice<Token>,
        _ constants: [String: [String]]
    ) throws(Problem) -> Target {
        let call = call.first == .mark(".") ? call.dropFirst() : call
        guard case .word(let kind) = call.first, call.dropFirst().first == .mark("("),
            call.last == .mark(")")
        else { throw .unknownTarget("\(call)") }
        var arguments: [String: ArraySlice<Token>] = [:]
        for part in try parts(call.dropFirst(2).dropLast()) {
            if case .word(let label) = part.first, part.dropFirst().first == .mark(":") {
                arguments[label] = part.dropFirst(2)
            } else {
                arguments[""] = part
            }
        }
        let nameLabel: String
        let dependencyLabel: String
        switch kind {
        case "layer": (nameLabel, dependencyLabel) = ("", "on")
        case "tests": (nameLabel, dependencyLabel) = ("of", "on")
        case "target", "executableTarget", "testTarget", "systemLibrary":
            (nameLabel, dependencyLabel) = ("name", "dependencies")
        default: throw .unknownTarget(kind)
        }
        guard case .string(let written) = arguments[nameLabel]?.first else {
            throw .unknownTarget("\(call)")
        }
        let isTest = kind == "tests" || kind == "testTarget"
        let name = kind == "tests" ? written + "Tests" : written
        var folder = (isTest ? "Tests/" : "Sources/") + name
        if case .string(let path) = arguments["path"]?.first { folder = path }
        return Target(
            name: name,
            dependencies: try names(arguments[dependencyLabel] ?? [], constants),
            folder: folder,
            kind: kind
        )
    }
}
