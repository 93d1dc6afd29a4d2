import JSONBytes
import Testing

@Suite("Slices")
struct SliceTests {
    private func parse(_ text: String) throws -> JSONSlice {
        try JSONSlice(validating: Array(text.utf8))
    }

    static let strings: [(String, String)] = [
        (#""""#, ""), (#""plain text, longer than eight""#, "plain text, longer than eight"),
        (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u0041\u00e9\u65e5""#, "Aé日"),
        (#""\ud83d\ude00!""#, "😀!"), (#""\uD83D""#, "\u{FFFD}"), (#""\uDE00x""#, "\u{FFFD}x"),
        (#""\ud83d\u0041""#, "\u{FFFD}A"), (#""\ud83dabcdefgh""#, "\u{FFFD}abcdefgh"),
        (#""é日😀""#, "é日😀"), (#""\u0000""#, "\0"),
    ]

    @Test("strings are decoded, escapes and surrogates included", arguments: strings)
    func decodes(text: String, expected: String) throws {
        let slice = try parse(text)
        #expect(slice.string == expected)
        #expect(slice.isString(expected))
        #expect(!slice.isString(expected + "x"))
    }

    @Test func `scalars are read by kind and are nil for any other`() throws {
        #expect(try parse("42").int == 42)
        #expect(try parse("-9223372036854775808").int == Int.min)
        #expect(try parse("9223372036854775808").int == nil)
        #expect(try parse("1.5").int == nil)
        #expect(try parse("1.5").double == 1.5)
        #expect(try parse("1e-7").numberText == "1e-7")
        #expect(try parse("true").bool == true)
        #expect(try parse("false").bool == false)
        #expect(try parse("null").isNull)
        #expect(try parse("\"1\"").int == nil)
        #expect(try parse("1").string == nil)
        #expect(try parse("1").bool == nil)
        #expect(try parse("\"\"").isEmptyString)
        for blank in [#""""#, #"" ""#, #"" \n\t\r ""#] { #expect(try parse(blank).isBlankString) }
        for other in [#""n""#, #"" \\n""#, #""\u0020""#, #"" a""#, "null", "[]"] {
            #expect(try !parse(other).isBlankString)
        }
        #expect(try parse("[]").kind == .array && parse("{}").kind == .object)
    }

    @Test func `members and elements come in order with their exact bytes`() throws {
        let slice = try parse(#" { "a" : [ 1 , "]}" ,{} ] , "b":{"c":"\"}"}, "d":-1.5e3 } "#)
        let members = Array(slice.members)
        #expect(members.map(\.name.string) == ["a", "b", "d"])
        let raws = members.map { String(decoding: $0.value.raw, as: UTF8.self) }
        #expect(raws == [#"[ 1 , "]}" ,{} ]"#, #"{"c":"\"}"}"#, "-1.5e3"])
        let elements = members[0].value.elements.map { String(decoding: $0.raw, as: UTF8.self) }
        #expect(elements == ["1", #""]}""#, "{}"])
        #expect(Array(members[2].value.members).isEmpty)
        #expect(Array(slice.elements).isEmpty)
    }

    @Test func `a scan finds several members in one pass and ignores nested ones`() throws {
        let slice = try parse(#"{"x":{"model":"no"},"model":"yes","stream":null}"#)
        let found = try slice.scan(["model", "stream", "missing"])
        #expect(found[0]?.string == "yes")
        #expect(found[1]?.isNull == true)
        #expect(found[2] == nil)
    }

    @Test func `a name written with escapes is the same name`() throws {
        let slice = try parse(#"{"mod\u0065l":"a","\u006dodel2":"b"}"#)
        #expect(try slice.member("model")?.string == "a")
        #expect(try slice.scan(["model2"])[0]?.string == "b")
    }

    @Test(
        "a name that is one of them but for its letters' case is refused where it matters",
        arguments: [
            "Model", "MODEL", "mODel", #"Mod\u0065l"#, #"\u004dodel"#, "too\u{17F}tokens",
            "TOO\u{17F}TO\u{212A}ENS", #"toostokens"#, #"too\u017ftokens"#, #"toosto\u212aens"#,
        ]
    )
    func caseVariants(name: String) throws {
        let bytes = Array(#"{"model":"a", "\#(name)":"b"}"#.utf8)
        let slice = try JSONSlice(validating: bytes)
        let keys: JSONKeys = ["model", "toosToKens"]
        #expect(try slice.scan(keys)[0]?.string == "a")
        let meant = name.lowercased().hasPrefix("too") ? "toosToKens" : "model"
        #expect(throws: JSONError(.caseVariant(meant), at: 14)) {
            try slice.scan(keys, refusingVariants: true)
        }
    }

    @Test(arguments: [
        "models", "mode", "mode1", "mod\u{E9}l", "", "m\u{F6}del", #"mode\u006C\u006C"#, "model ",
        #"\ud800odel"#, "\u{FF4D}odel", "[odel", "-odel",
    ])
    func `another name is another one`(name: String) throws {
        let slice = try JSONSlice(validating: Array(#"{"\#(name)":1,"model":2}"#.utf8))
        #expect(try slice.scan(["model"], refusingVariants: true)[0]?.int == 2)
    }

    @Test(
        "a duplicate of an interpreted member is refused, also when one is escaped",
        arguments: [#"{"a":1,"model":"x","model":"y"}"#, #"{"a":1,"model":"x","\u006dodel":"y"}"#]
    )
    func refusesDuplicates(text: String) throws {
        let slice = try parse(text)
        #expect(throws: JSONError(.duplicateMember("model"), at: 19)) { try slice.scan(["model"]) }
        #expect(throws: JSONError(.duplicateMember("model"), at: 19)) { try slice.member("model") }
        #expect(try slice.member("a")?.int == 1)
    }
}
