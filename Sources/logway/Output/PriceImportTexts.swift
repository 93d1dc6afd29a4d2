import Catalog
import Events
import Reporting

extension PriceImport {
    /// What was taken and what not, for people.
    func text(target: String, isWritten: Bool, isDry: Bool) -> String {
        var text = ""
        for (title, lines) in [("new", added), ("changed", changed)] where !lines.isEmpty {
            var table = TextTable([
                .text(title.uppercased()), .text("$/M IN"), .text("$/M OUT"), .text(""),
            ])
            for line in lines {
                table.add([
                    line.model, Self.change(line, \.input), Self.change(line, \.output),
                    line.isOverridden ? "your own price goes first" : "",
                ])
            }
            text += table.text() + "\n"
        }
        let counts = Dictionary(grouping: skipped, by: \.reason)
            .sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        if !counts.isEmpty {
            var table = TextTable([.number("SKIPPED"), .text("WHY"), .text("SUCH AS")])
            for (reason, models) in counts {
                table.add(["\(models.count)", reason, models[0].name])
            }
            text += table.text() + "\n"
        }
        text +=
            "\(added.count) new, \(changed.count) changed, \(unchanged) unchanged, "
            + "\(skipped.count) skipped\n"
        if isWritten {
            return text + "written to \(target); a gateway takes it at its next start\n"
        }
        return text + (isDry ? "a dry run: nothing was written\n" : "there was nothing to write\n")
    }

    /// The same as one line of JSON, with every model.
    func json(target: String, isWritten: Bool) -> String {
        JSONText.object([
            "added": .array(added.map(\.json)),
            "changed": .array(changed.map(\.json)),
            "unchanged": .int(unchanged),
            "skipped": .array(
                skipped.map { .object(["name": .text($0.name), "reason": .text($0.reason)]) }
            ),
            "file": .text(target),
            "written": .bool(isWritten),
        ])
    }

    /// `2 → 1.5` where a price changes, else the price.
    private static func change(_ line: Line, _ path: KeyPath<TokenPrices, Int64?>) -> String {
        let after = ModelTexts.dollars(line.after[keyPath: path])
        guard let before = line.before else { return after }
        let old = ModelTexts.dollars(before[keyPath: path])
        return old == after ? after : "\(old) → \(after)"
    }
}

extension PriceImport.Line {
    fileprivate var json: JSONText {
        var members: [String: JSONText] = [
            "model": .text(model), "after": after.json, "overridden": .bool(isOverridden),
        ]
        members["before"] = before?.json
        return .object(members)
    }
}
