import JSONBytes
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
}
