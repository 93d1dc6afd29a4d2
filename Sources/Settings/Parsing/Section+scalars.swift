import Events
import Yams

extension Section {
    /// A text, with `${NAME}` replaced.
    func text(_ key: String) -> String? {
        value(key).flatMap { diagnostics.text($0, path(to: key)) }
    }

    /// The texts of a list.
    func texts(_ key: String) -> [String] {
        list(key).compactMap { diagnostics.text($0.node, $0.path) }
    }

    /// One of the words that a type allows.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ key: String) -> Choice? {
        choice(key) { $0.rawValue }
    }

    /// One of the words that a type of the log allows.
    func choice<Choice: FieldEnumeration>(_ key: String) -> Choice? {
        choice(key) { $0.word }
    }

    private func choice<Choice: CaseIterable>(
        _ key: String,
        by name: (Choice) -> String
    ) -> Choice? {
        guard let word = value(key)?.scalar?.string else {
            if value(key) != nil { report("must be a word", at: key) }
            return nil
        }
        if let choice = Choice.allCases.first(where: { name($0) == word }) { return choice }
        let allowed = Choice.allCases.map(name)
        report(
            "\(Quotation.safe(word)) is not one of \(allowed.joined(separator: ", "))",
            at: key,
            suggestion: SpellingSuggestion.match(for: word, among: allowed).map {
                "did you mean `\($0)`?"
            }
        )
        return nil
    }

    /// `true` or `false`.
    func flag(_ key: String) -> Bool? {
        guard let value = value(key) else { return nil }
        switch value.plain?.lowercased() {
        case "true", "yes", "on": return true
        case "false", "no", "off": return false
        default:
            report("must be true or false", at: key)
            return nil
        }
    }

    /// A whole number in a range.
    func count(_ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let value = value(key) else { return nil }
        guard let number = value.plain.flatMap({ Int($0) }) else {
            report("must be a whole number\(interpolationRemark(value))", at: key)
            return nil
        }
        guard range.contains(number) else {
            let bound =
                range.upperBound == .max
                ? "at least \(range.lowerBound)"
                : "from \(range.lowerBound) to \(range.upperBound)"
            report("must be \(bound)", at: key)
            return nil
        }
        return number
    }

    /// A number in a range.
    func number(_ key: String, in range: ClosedRange<Double>) -> Double? {
        guard let value = value(key) else { return nil }
        guard let number = value.plain.flatMap({ Double($0) }), number.isFinite else {
            report("must be a number\(interpolationRemark(value))", at: key)
            return nil
        }
        guard range.contains(number) else {
            let bound =
                range.upperBound == .greatestFiniteMagnitude
                ? "at least \(range.lowerBound)"
                : "from \(range.lowerBound) to \(range.upperBound)"
            report("must be \(bound)", at: key)
            return nil
        }
        return number
    }

    /// A duration in whole milliseconds.
    func milliseconds(_ key: String, in range: ClosedRange<Int> = 1...86_400_000) -> Duration? {
        count(key, in: range).map { .milliseconds($0) }
    }

    /// An amount of dollars, exact to the nano-dollar.
    func dollars(_ key: String) -> Nanodollars? {
        guard let value = value(key) else { return nil }
        guard let amount = value.plain.flatMap({ Nanodollars(dollars: $0) }), amount >= .zero else {
            report(
                "must be an amount in US dollars such as 0.15, not negative, with at most nine"
                    + " decimals\(interpolationRemark(value))",
                at: key
            )
            return nil
        }
        return amount
    }

    /// Prices per million tokens; a price that is not named is unknown.
    func prices(_ key: String) -> TokenPrices? {
        let known = ["input", "output", "cachedInput", "cacheWrite", "cacheWriteHour"]
        guard let prices = section(key, known: known) else { return nil }
        let priced = TokenPrices(
            input: prices.dollars("input")?.count,
            output: prices.dollars("output")?.count,
            cachedInput: prices.dollars("cachedInput")?.count,
            cacheWrite: prices.dollars("cacheWrite")?.count,
            cacheWriteHour: prices.dollars("cacheWriteHour")?.count
        )
        for needed in ["input", "output"] where prices.value(needed) == nil {
            prices.report("is missing; without it the price is unknown", at: needed)
        }
        return priced
    }

    private func interpolationRemark(_ value: Node) -> String {
        Interpolation.isNeeded(in: value.scalar?.string ?? "")
            ? "; `${…}` works in text values only" : ""
    }
}

extension Node {
    /// The text of a scalar that stands without quotes, so that it can be a number.
    fileprivate var plain: String? {
        guard let scalar, scalar.style == .plain else { return nil }
        return scalar.string
    }
}

extension Diagnostics {
    /// The text of `node` with `${NAME}` replaced.
    func text(_ node: Node, _ path: String) -> String? {
        guard let raw = node.scalar?.string else {
            report("must be a text", at: node, path)
            return nil
        }
        do {
            return try Interpolation.complete(raw, from: environment)
        } catch {
            report(error, at: node, path)
            return nil
        }
    }

    /// Reports a `${…}` that can't be replaced.
    func report(_ failure: Interpolation.Failure, at node: Node, _ path: String) {
        switch failure {
        case .malformed:
            report(
                "`${` needs a variable's name and `}`",
                at: node,
                path,
                suggestion: "write `${NAME}`, or `$${` for a plain `${`"
            )
        case .unset(let variable):
            report(
                "the environment variable \(variable) is not set",
                at: node,
                path,
                suggestion: "run `export \(variable)=…` before you start logway"
            )
        }
    }
}
