import Foundation
import Testing

@testable import Simulation

@Suite("Instances of schemas")
struct SchemaInstanceTests {
    @Test(arguments: [
        (##"{"type":"string"}"##, ##""sample""##), (##"{"type":["null","integer"]}"##, "1"),
        (##"{"type":"null"}"##, "null"), (##"{}"##, ##""sample""##),
        (##"{"const":{"a":[1.5,null]}}"##, ##"{"a":[1.5,null]}"##),
        (##"{"enum":[3,"b"]}"##, "3"), (##"{"type":"integer","minimum":10,"multipleOf":4}"##, "12"),
        (##"{"type":"integer","exclusiveMinimum":5}"##, "6"),
        (##"{"type":"integer","maximum":-2}"##, "-2"),
        (##"{"type":"number","exclusiveMinimum":0,"exclusiveMaximum":1}"##, "0.5"),
        (##"{"type":"string","minLength":8}"##, ##""sampless""##),
        (##"{"type":"string","maxLength":3}"##, ##""sam""##),
        (##"{"type":"string","format":"date"}"##, ##""2026-01-01""##),
        (##"{"type":"array","items":{"type":"integer"}}"##, "[]"),
        (
            ##"{"type":"array","minItems":2,"uniqueItems":true,"items":{"type":"string"}}"##,
            ##"["sample","sample2"]"##
        ),
        (##"{"prefixItems":[{"type":"boolean"},{"type":"integer"}]}"##, "[true,2]"),
        (
            ##"{"type":"object","properties":{"b":{"type":"boolean"},"o":{}},"required":["b","x"]}"##,
            ##"{"b":true,"x":"sample"}"##
        ),
        (
            ##"{"$defs":{"P":{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}},"##
                + ##""type":"object","properties":{"p":{"$ref":"#/$defs/P"},"q":{"anyOf":[{"type":"null"},{"$ref":"#/$defs/P"}]}},"##
                + ##""required":["p","q"]}"##,
            ##"{"p":{"n":1},"q":{"n":1}}"##
        ),
        (
            ##"{"allOf":[{"required":["a"],"properties":{"a":{"const":1}}},{"required":["b"],"properties":{"b":{"const":2}}}],"type":"object"}"##,
            ##"{"a":1,"b":2}"##
        ),
    ])
    func `an instance is what the schema accepts`(schema: String, instance: String) throws {
        let schema = try JSONDecoder().decode(JSONValue.self, from: Data(schema.utf8))
        #expect(SchemaInstance(of: schema).text == instance)
    }

    @Test func `a schema that requires itself comes to an end`() throws {
        let text = ##"{"type":"object","properties":{"next":{"$ref":"#"}},"required":["next"]}"##
        let schema = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        #expect(SchemaInstance(of: schema).text.hasSuffix("}"))
        let circle = ##"{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/a"}}}"##
        let round = try JSONDecoder().decode(JSONValue.self, from: Data(circle.utf8))
        #expect(!SchemaInstance(of: round).text.isEmpty)
    }
}
