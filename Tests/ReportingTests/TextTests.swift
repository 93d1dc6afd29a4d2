import Events
import Testing

@testable import Reporting

@Suite("Text")
struct TextTests {
    @Test func `columns are aligned, text to the left and numbers to the right`() {
        var table = TextTable([.text("name"), .number("count"), .text("note")])
        table.add(["a", "1", ""])
        table.add(["länger", "12345", "x"])
        let expected = """
            name    count  note
            a           1
            länger  12345  x

            """
        #expect(table.text() == expected)
    }

    @Test func `a table may be indented, and one without rows has its heading`() {
        let table = TextTable([.text("a"), .number("b")])
        #expect(table.isEmpty)
        #expect(table.text(indent: 2) == "  a  b\n")
    }

    @Test func `a cell can't break its row`() {
        var table = TextTable([.text("a"), .text("b")])
        table.add(["x\ny", "\u{1b}[31m"])
        #expect(table.text() == "a        b\nx\\u{a}y  \\u{1b}[31m\n")
    }

    @Test func `a row of another width traps`() async {
        await #expect(processExitsWith: .failure) {
            var table = TextTable([.text("a"), .text("b")])
            table.add(["x"])
        }
    }

    @Test(arguments: [
        (0, "0 µs"), (999, "999 µs"), (1_000, "1.0 ms"), (1_949, "1.9 ms"), (1_950, "2.0 ms"),
        (9_949, "9.9 ms"), (10_000, "10 ms"), (999_999, "999 ms"), (1_000_000, "1.0 s"),
        (59_900_000, "59.9 s"), (60_000_000, "1 min 0 s"), (3_723_000_000, "62 min 3 s"),
        (.max, "153722867280 min 54 s"),
    ])
    func `a time has the unit that suits it`(microseconds: Int, text: String) {
        #expect(Format.time(microseconds: microseconds) == text)
    }

    @Test(arguments: [
        (0, "0.0%"), (1_000_000, "100.0%"), (333_333, "33.3%"), (999_999, "100.0%"),
        (500, "0.1%"), (.max, "922337203685477.6%"),
    ])
    func `a share is a percentage with one decimal`(millionths: Int, text: String) {
        #expect(Format.percent(millionths: millionths) == text)
    }

    @Test func `what is unknown is not a number`() {
        #expect(Format.cost(nil) == "unknown")
        #expect(Format.cost(.zero) == "$0")
        #expect(Format.percent(nil) == "–")
        #expect(Format.percent(0.7) == "70.0%")
        #expect(Format.score(nil) == "–")
        #expect(Format.score(0.055) == "0.06")
        #expect(Format.score(1) == "1.00")
        #expect(Format.count(1, "try") == "1 try")
        #expect(Format.count(0, "score") == "0 scores")
    }

    @Test(arguments: ["", "plain", "naïve – 日本語 👩‍💻", "'quoted' \\n"])
    func `ordinary text stays as it is`(text: String) {
        #expect(Format.plain(text) == text)
    }
}
