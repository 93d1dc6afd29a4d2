import JSONBytes

/// Google's own form of schemas, `Schema`, a part of OpenAPI 3.0's, as a JSON schema.
///
/// Source: Google's API reference, "Schema" (types in capitals, `nullable`, counts as texts,
/// `propertyOrdering`), November 2026.
enum GeminiSchema {
    /// The JSON schema that says the same; what is no object stays as it is.
    static func jsonSchema(of schema: JSONSlice) -> JSONSlice {
        var writer = JSONWriter(capacity: schema.range.count)
        write(schema, to: &writer)
        return JSONSlice(written: writer)
    }

    /// Members that hold a schema, a list of them, and one for each name.
    private static let schemas: Set<String> = ["items", "additionalProperties", "not"]
    private static let lists: Set<String> = ["anyOf", "oneOf", "allOf", "prefixItems"]
    private static let maps: Set<String> = ["properties", "$defs", "defs", "definitions"]
    private static let counts: Set<String> = [
        "minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties",
    ]

    private static func write(_ schema: JSONSlice, to writer: inout JSONWriter) {
        guard schema.kind == .object else { return writer.write(schema) }
        let isNullable = schema.members.contains { member in
            member.name.isString("nullable") && member.value.bool == true
        }
        writer.object { object in
            for member in schema.members where !member.value.isNull {
                let name = GeminiKeys.spelled(member.name.string ?? "")
                let value = member.value
                switch name {
                // How Google's models are to order what they write, which no other is told.
                case "nullable", "propertyOrdering": break
                case "type": write(type: value, isNullable: isNullable, to: &object)
                // It says no more than `enum` beside it.
                case "format" where value.isString("enum"): break
                case _ where schemas.contains(name):
                    object.name(name)
                    write(value, to: &object)
                case _ where lists.contains(name):
                    object.array(name) { list in
                        for element in value.elements { write(element, to: &list) }
                        if isNullable, name == "anyOf" {
                            list.object { $0.member("type", "null") }
                        }
                    }
                case _ where maps.contains(name) && value.kind == .object:
                    object.object(name == "defs" ? "$defs" : name) { map in
                        for entry in value.members {
                            map.name(entry.name.string ?? "")
                            write(entry.value, to: &map)
                        }
                    }
                case "enum" where isNullable && value.kind == .array:
                    object.array(name) { list in
                        for element in value.elements { list.write(element) }
                        list.writeNull()
                    }
                case _ where counts.contains(name):
                    object.name(name)
                    if let count = value.string.flatMap({ Int($0) }) {
                        object.write(count)
                    } else {
                        object.write(value)
                    }
                default: object.member(name, value)
                }
            }
        }
    }

    private static func write(
        type: JSONSlice,
        isNullable: Bool,
        to object: inout JSONWriter
    ) {
        guard let word = type.string?.lowercased() else { return object.member("type", type) }
        if word == "type_unspecified" { return }
        if isNullable {
            object.member("type", [word, "null"])
        } else {
            object.member("type", word)
        }
    }
}
