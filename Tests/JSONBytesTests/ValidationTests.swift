import JSONBytes
import Testing

@Suite("Validation")
struct ValidationTests {
    @Test(
        "valid documents are accepted",
        arguments: [
            "null", "true", "false", "0", "-0", "1.5e+10", "-12.25E-3", "\"\"", "[]", "{}", " [ ] ",
            "\t{ \"a\" : 1 , \"b\" : [ 1 , 2 ] }\r\n", "\"\\u00e9\\ud83d\\ude00\\n\\/\"", "\"é日😀\"",
            "[[[[{\"a\":{\"b\":[null]}}]]]]", "{\"\":0}", "{\"a\":1,\"a\":2}", "\"\u{7F}\"",
        ]
    )
    func accepts(text: String) throws {
        _ = try JSONSlice(validating: Array(text.utf8))
    }

    static let refused: [(String, JSONError.Reason, Int)] = [
        ("", .unexpectedEnd, 0),
        ("  ", .unexpectedEnd, 2),
        ("nul", .unexpectedEnd, 3),
        ("nulL", .expected("'null'"), 3),
        ("True", .expected("a value"), 0),
        ("01", .malformedNumber, 1),
        ("-", .malformedNumber, 1),
        ("1.", .malformedNumber, 2),
        (".5", .expected("a value"), 0),
        ("1e", .malformedNumber, 2),
        ("+1", .expected("a value"), 0),
        ("1 2", .trailingBytes, 2),
        ("[1,]", .expected("a value"), 3),
        ("[1 2]", .expected("',' or ']'"), 3),
        ("[", .unexpectedEnd, 1),
        ("{\"a\":1,}", .expected("a member's name"), 7),
        ("{a:1}", .expected("a member's name"), 1),
        ("{\"a\" 1}", .expected("':'"), 5),
        ("{\"a\":1 \"b\":2}", .expected("',' or '}'"), 7),
        ("{\"a\":", .unexpectedEnd, 5),
        ("\"abc", .unexpectedEnd, 4),
        ("\"a\nb\"", .controlCharacter, 2),
        ("\"\\x\"", .malformedEscape, 1),
        ("\"\\u12g4\"", .malformedEscape, 5),
        ("\"\\", .unexpectedEnd, 2),
        ("NaN", .expected("a value"), 0),
        ("'a'", .expected("a value"), 0),
        ("[1]// c", .trailingBytes, 3),
        ("\u{FEFF}{}", .expected("a value"), 0),
    ]

    @Test("invalid documents are refused at the offending byte", arguments: refused)
    func refuses(text: String, reason: JSONError.Reason, offset: Int) {
        #expect(throws: JSONError(reason, at: offset)) {
            try JSONSlice(validating: Array(text.utf8))
        }
    }

    @Test(
        "bytes that are not UTF-8 are refused",
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80],
            [0xF5, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xC3, 0x28], [0xE2, 0x82, 0x28], [0xF0, 0x8F, 0xBF, 0xBF],
            [0xFF],
        ] as [[UInt8]]
    )
    func refusesBadUTF8(bytes: [UInt8]) {
        for padding in 0..<10 {
            let text =
                Array("\"".utf8) + Array(repeating: 0x61, count: padding) + bytes + [0x61, 0x61]
            #expect(throws: JSONError(.malformedUTF8, at: 1 + padding)) {
                try JSONSlice(validating: text + Array("aaaaaaaa\"".utf8))
            }
        }
    }

    @Test func `nesting is accepted up to the limit and refused above it`() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array(
                (String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8
            )
        }
        _ = try JSONSlice(validating: nested(JSONSlice.depthLimit))
        #expect(throws: JSONError(.tooDeep, at: JSONSlice.depthLimit)) {
            try JSONSlice(validating: nested(JSONSlice.depthLimit + 1))
        }
        #expect(throws: JSONError.self) {
            try JSONSlice(validating: Array(String(repeating: "{\"a\":", count: 100_000).utf8))
        }
    }

    @Test func `every prefix of a document ends too early`() throws {
        let text = Array(#"{"a":[1.5e3,"x\u0041y",true,null,{"b":"é"}],"c":-0.1}"#.utf8)
        for end in 0..<text.count {
            do {
                _ = try JSONSlice(validating: Array(text[..<end]))
                Issue.record("the prefix of \(end) bytes was accepted")
            } catch {
                #expect(error.reason == .unexpectedEnd || error.reason == .malformedNumber)
            }
        }
    }

    @Test func `a range is validated with offsets of the whole array`() throws {
        let text = Array("data: {\"a\":x}\n".utf8)
        #expect(throws: JSONError(.expected("a value"), at: 11)) {
            try JSONSlice(validating: text, in: 6..<13)
        }
        let slice = try JSONSlice(validating: Array("xx [1] yy".utf8), in: 2..<7)
        #expect(slice.range == 3..<6)
    }

    @Test func `an error's description names what and where`() {
        #expect("\(JSONError(.expected("':'"), at: 7))" == "expected ':' at byte 7")
        #expect(
            "\(JSONError(.duplicateMember("model"), at: 3))" == "duplicate member 'model' at byte 3"
        )
    }
}
