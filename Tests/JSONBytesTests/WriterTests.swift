import JSONBytes
import TestSupport
import Testing

@Suite struct WriterTests {
    @Test(arguments: ["\n", "\r\n", "\r", "\n\n\t "])
    func `what came on several lines is written on one`(lineBreak: String) throws {
        let text = ["{", #""a":"#, #"[1,"#, #"{"b":"x\n\\r y"}"#, "]", ",", #""c":null"#, "}"]
        let lines = try JSONSlice(validating: [UInt8](text.joined(separator: lineBreak).utf8))
        var writer = JSONWriter()
        writer.object { object in
            object.member("value", lines)
            object.array("list") { $0.write(lines) }
        }
        #expect(!writer.bytes.contains(UInt8(ascii: "\n")))
        #expect(!writer.bytes.contains(UInt8(ascii: "\r")))
        let written = try JSONSlice(validating: writer.bytes)
        let plain = text.joined()
        let value = try #require(try written.scan(["value"])[0])
        // As it was but for the white space between its parts.
        let kept = String(decoding: value.raw, as: UTF8.self)
        #expect(kept.filter { $0 != " " && $0 != "\t" } == plain.filter { $0 != " " })
    }

    /// A document of every kind of value, with what is empty at every depth.
    static func write(_ object: inout JSONWriter) {
        object.array("array") { array in
            array.write(1)
            array.write("two")
            array.array { _ in }
            array.object { _ in }
            array.object { $0.member("in", ["a", "b/c"]) }
            array.array { $0.array { $0.writeNull() } }
        }
        object.member("bool", true)
        object.object("empty") { _ in }
        object.nullMember("null")
        object.array("numbers") { array in
            for number in [0.75, 1, 0.1 + 0.2, 1e-7, 1e300, 123_456_789.5] { array.write(number) }
            array.write(Int64.min)
        }
        object.object("object") { object in
            object.array("none") { _ in }
            object.member("text", "\u{0}\u{1f}\u{7f}\n\r\t\"\\/é漢😀\u{2028}")
        }
    }

    @Test(arguments: [JSONWriter.Layout.compact, .indented])
    func `both layouts are those of Foundation's encoder`(layout: JSONWriter.Layout) throws {
        let text = JSONWriter.text(layout, Self.write)
        #expect(try FoundationJSON.again(text, isIndented: layout == .indented) == text)
    }
}
