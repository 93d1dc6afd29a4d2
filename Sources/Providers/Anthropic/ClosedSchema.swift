import JSONBytes

/// A JSON schema as Anthropic takes it for an answer or a strict tool: each object in it says that it has no
/// other members.
///
/// Source: Anthropic's "Structured outputs", "JSON Schema limitations", November 2026
/// (`additionalProperties` must be false in objects).
enum ClosedSchema {
    /// The schema with `additionalProperties: false` where an object of it says nothing of others.
    static func closed(_ schema: JSONSlice) -> JSONSlice {
        var writer = JSONWriter(capacity: schema.range.count + 64)
        write(schema, to: &writer)
        return JSONSlice(written: writer)
    }

    private static func write(_ schema: JSONSlice, to writer: inout JSONWriter) {
        guard schema.kind == .object else { return writer.write(schema) }
        let members = Array(schema.members)
        func has(_ name: String) -> Bool { members.contains { $0.name.isString(name) } }
        let type = members.first { $0.name.isString("type") }?.value
        let isObject =
            type?.isString("object") == true
            || type?.elements.contains { $0.isString("object") } == true || has("properties")
        writer.object { object in
            for member in members {
                let name = member.name.string ?? ""
                object.name(name)
                switch name {
                case "properties", "$defs", "definitions", "patternProperties":
                    writeEach(member.value, to: &object)
                case "anyOf", "allOf", "oneOf", "prefixItems":
                    object.array { array in
                        for inner in member.value.elements { write(inner, to: &array) }
                    }
                case "items", "not": write(member.value, to: &object)
                default: object.write(member.value)
                }
            }
            if isObject, !has("additionalProperties") {
                object.member("additionalProperties", false)
            }
        }
    }

    /// An object whose members are schemas, by names of the client's own.
    private static func writeEach(_ value: JSONSlice, to writer: inout JSONWriter) {
        guard value.kind == .object else { return writer.write(value) }
        writer.object { object in
            for member in value.members {
                object.name(member.name.string ?? "")
                write(member.value, to: &object)
            }
        }
    }
}
