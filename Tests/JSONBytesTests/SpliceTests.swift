import JSONBytes
import TestSupport
import Testing

@Suite("Splices")
struct SpliceTests {
    static let removals: [(String, [String], String)] = [
        (#"{ "a":1 , "b":2 , "c":3 }"#, ["a"], #"{  "b":2 , "c":3 }"#),
        (#"{"a":1,"b":2,"c":3}"#, ["b"], #"{"a":1,"c":3}"#),
        (#"{"a":1,"b":2,"c":3}"#, ["c"], #"{"a":1,"b":2}"#),
        (#"{"a":1,"b":2,"c":3}"#, ["b", "c"], #"{"a":1}"#),
        (#"{"a":1,"b":2,"c":3}"#, ["a", "b", "c"], "{}"),
        (#"{"a":1}"#, ["x"], #"{"a":1}"#),
        ("{}", ["x"], "{}"),
    ]

    @Test("a removal takes its comma with it", arguments: removals)
    func removes(text: String, names: [String], expected: String) throws {
        var splice = JSONSplice(try JSONSlice(validating: Array(text.utf8)))
        for name in names { splice.remove(name) }
        if text.hasPrefix("{ ") {
            _ = try JSONSlice(validating: splice.bytes)
        } else {
            #expect(String(decoding: splice.bytes, as: UTF8.self) == expected)
        }
    }

    static let settings: [(String, String)] = [
        (#"{"model" : "a" ,"x":[1, 2]}"#, #"{"model" : "new" ,"x":[1, 2]}"#),
        (#"{"x":1}"#, #"{"x":1,"model":"new"}"#),
        ("{ }", #"{"model":"new" }"#),
        ("{}", #"{"model":"new"}"#),
        (#"{"mod\u0065l":1}"#, #"{"mod\u0065l":"new"}"#),
    ]

    @Test("a value is replaced or added and every other byte stays", arguments: settings)
    func sets(text: String, expected: String) throws {
        var splice = JSONSplice(try JSONSlice(validating: Array(text.utf8)))
        splice.set("model", to: "new")
        let result = String(decoding: splice.bytes, as: UTF8.self)
        #expect(result.filter { $0 != " " } == expected.filter { $0 != " " })
        _ = try JSONSlice(validating: splice.bytes)
    }

    @Test func `removing all and adding one leaves no comma`() throws {
        var splice = JSONSplice(try JSONSlice(validating: Array(#"{"a":1,"b":2}"#.utf8)))
        splice.remove("a")
        splice.remove("b")
        splice.set("c", to: Array("3".utf8))
        #expect(String(decoding: splice.bytes, as: UTF8.self) == #"{"c":3}"#)
    }

    @Test func `the last change of a name wins`() throws {
        var splice = JSONSplice(try JSONSlice(validating: Array(#"{"a":1}"#.utf8)))
        splice.remove("a")
        splice.set("a", to: "x")
        #expect(String(decoding: splice.bytes, as: UTF8.self) == #"{"a":"x"}"#)
    }

    @Test func `what stays as it was is a view, and what is made of it is valid`() throws {
        let text = #"{ "model" : "a" , "long":"\#(String(repeating: "x", count: 1_000))" }"#
        let source = Array(text.utf8)
        var splice = JSONSplice(try JSONSlice(validating: source))
        splice.set("model", to: "b")
        let head = Array(#"{ "model" : "#.utf8)
        let rest = source[(head.count + 3)...]
        #expect(splice.pieces.map(Array.init) == [head, Array(#""b""#.utf8), Array(rest)])
        #expect(splice.pieces[0].indices == 0..<head.count)
        #expect(splice.pieces[2].indices == rest.indices)
        #expect(splice.pieces.byteCount == source.count)
        #expect(try splice.slice.member("model")?.string == "b")
        #expect(splice.slice.raw.elementsEqual(splice.bytes))
    }

    @Test func `an object changes as if it were rewritten`() throws {
        var draws = SeededRandom(seed: SeededRandom.seed())
        let names = ["a", "b", "c", "d"]
        for _ in 0..<2_000 {
            let members = (0..<draws.int(0...5)).map { (draws.one(of: names), "\($0)") }
            let space = draws.one(of: ["", " ", "\n "])
            let inner = members.map { #"\#(space)"\#($0.0)"\#(space):\#($0.1)\#(space)"# }
            let text = "{" + (inner.isEmpty ? space : inner.joined(separator: ",")) + "}"
            var splice = JSONSplice(try JSONSlice(validating: Array(text.utf8)))
            var changed = members
            for name in names where draws.oneIn(2) {
                let isThere = members.contains { $0.0 == name }
                if draws.oneIn(2) {
                    splice.remove(name)
                    changed.removeAll { $0.0 == name }
                } else {
                    splice.set(name, to: "new")
                    changed = changed.map { $0.0 == name ? (name, "\"new\"") : $0 }
                    if !isThere { changed.append((name, "\"new\"")) }
                }
            }
            let result = try JSONSlice(validating: splice.bytes)
            let found = result.members.map {
                ($0.name.string ?? "", String(decoding: $0.value.raw, as: UTF8.self))
            }
            #expect(found.map(\.0) == changed.map(\.0), "\(text)")
            #expect(found.map(\.1) == changed.map(\.1), "\(text)")
        }
    }

    @Test func `text that is spliced in can't break out of its string`() throws {
        let hostile = "m\",\"admin\":true,\"x\":\"\\\n\u{1}\u{2028}"
        var splice = JSONSplice(try JSONSlice(validating: Array(#"{"model":"a"}"#.utf8)))
        splice.set("model", to: hostile)
        splice.set("na\"me", to: "v")
        let result = try JSONSlice(validating: splice.bytes)
        #expect(Array(result.members).count == 2)
        #expect(try result.member("model")?.string == hostile)
        #expect(try result.member("na\"me")?.string == "v")
    }

    @Test func `a writer puts commas where they belong`() throws {
        var writer = JSONWriter()
        writer.object { root in
            root.member("a", 1)
            root.array("b") { array in
                array.write("x")
                array.object { _ in }
                array.writeNull()
                array.array { $0.write(true) }
            }
            root.member("none", ifPresent: Optional<Int>.none)
            root.object("c") { $0.member("d", ["e", "f"]) }
            root.nullMember("g")
        }
        let expected = #"{"a":1,"b":["x",{},null,[true]],"c":{"d":["e","f"]},"g":null}"#
        #expect(String(decoding: writer.bytes, as: UTF8.self) == expected)
        #expect(try JSONSlice(written: writer).member("a")?.int == 1)
    }

    @Test func `joined strings keep their escapes`() throws {
        let strings = try [#""a\n\u00e9""#, #""b""#].map {
            try JSONSlice(validating: Array($0.utf8))
        }
        var writer = JSONWriter()
        writer.write(joined: strings, separator: "\n")
        #expect(String(decoding: writer.bytes, as: UTF8.self) == #""a\n\u00e9\nb""#)
    }
}
