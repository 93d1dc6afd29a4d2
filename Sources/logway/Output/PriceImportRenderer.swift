import Catalog
import Events
import JSONBytes
import Queries
import Reporting

extension ImportedPrices {
    /// What was taken and what not, for people.
    func text(isDry: Bool) -> String {
        var text = ""
        for (title, lines) in [("new", prices.added), ("changed", prices.changed)]
        where !lines.isEmpty {
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
        let counts = Dictionary(grouping: prices.skipped, by: \.reason)
            .sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        if !counts.isEmpty {
            var table = TextTable([.number("SKIPPED"), .text("WHY"), .text("SUCH AS")])
            for (reason, models) in counts {
                table.add(["\(models.count)", reason, models[0].name])
            }
            text += table.text() + "\n"
        }
        text +=
            "\(prices.added.count) new, \(prices.changed.count) changed, "
            + "\(prices.unchanged) unchanged, \(prices.skipped.count) skipped\n"
        if isWritten {
            return text + "written to \(file); a gateway takes it at its next start\n"
        }
        return text + (isDry ? "a dry run: nothing was written\n" : "there was nothing to write\n")
    }

    /// The same as one line of JSON, with every model.
    var json: String {
        JSONWriter.text { object in
            object.array("added") { Self.write(prices.added, to: &$0) }
            object.array("changed") { Self.write(prices.changed, to: &$0) }
            object.member("file", file)
            object.array("skipped") { list in
                for model in prices.skipped {
                    list.object { object in
                        object.member("name", model.name)
                        object.member("reason", model.reason)
                    }
                }
            }
            object.member("unchanged", prices.unchanged)
            object.member("written", isWritten)
        }
    }

    private static func write(_ lines: [PriceImport.Line], to list: inout JSONWriter) {
        for line in lines {
            list.object { object in
                object.object("after") { line.after.write(to: &$0) }
                if let before = line.before {
                    object.object("before") { before.write(to: &$0) }
                }
                object.member("model", line.model)
                object.member("overridden", line.isOverridden)
            }
        }
    }

    /// `2 → 1.5` where a price changes, else the price.
    private static func change(
        _ line: PriceImport.Line,
        _ path: KeyPath<TokenPrices, Int64?>
    ) -> String {
        let after = ModelTexts.dollars(line.after[keyPath: path])
        guard let before = line.before else { return after }
        let old = ModelTexts.dollars(before[keyPath: path])
        return old == after ? after : "\(old) → \(after)"
    }
}
