import JSONBytes

/// A JSON schema as Anthropic takes it for an answer or a strict tool: each object in it has no other
/// members than those it names, and what Anthropic can't hold a model to stands in the description.
///
/// Sources: Anthropic's "Structured outputs", "JSON Schema limitations", and what its Python SDK makes of
/// a schema (`transform_schema`), November 2026: each of these words is a 400 otherwise.
enum ClosedSchema {
    /// The words that Anthropic refuses, which the model is told of instead.
    private static let unheld: Set<String> = [
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength",
        "maxLength", "pattern", "maxItems", "uniqueItems", "contains", "minContains", "maxContains",
        "prefixItems", "minProperties", "maxProperties", "propertyNames", "patternProperties",
        "unevaluatedItems", "unevaluatedProperties", "dependentRequired", "dependentSchemas", "not",
        "if", "then", "else",
    ]

    /// The formats of strings that Anthropic holds a model to.
    private static let formats: Set<String> = [
        "date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid",
    ]

    /// The schema with `additionalProperties: false` in each object of it, and without what is refused.
    static func closed(_ schema: JSONSlice) -> JSONSlice {
        var writer = JSONWriter(capacity: schema.range.count + 64)
        write(schema, to: &writer)
        return JSONSlice(written: writer)
    }

    private static func write(_ schema: JSONSlice, to writer: inout JSONWriter) {
        guard schema.kind == .object else { return writer.write(schema) }
        let members = schema.members.map { (name: $0.name.string ?? "", value: $0.value) }
        func member(_ name: String) -> JSONSlice? { members.first { $0.name == name }?.value }
        let type = member("type")
        let isObject =
            type?.isString("object") == true
            || type?.elements.contains { $0.isString("object") } == true
            || member("properties") != nil
        let untold = members.filter { isUnheld($0.name, $0.value) }
        writer.object { object in
            for (name, value) in members where !isUnheld(name, value) {
                switch name {
                case "properties", "$defs", "definitions":
                    object.name(name)
                    writeEach(value, to: &object)
                case "anyOf", "allOf", "oneOf":
                    // One of them is any of them; the difference can't be said.
                    object.name(name == "oneOf" && member("anyOf") == nil ? "anyOf" : name)
                    object.array { array in
                        for inner in value.elements { write(inner, to: &array) }
                    }
                case "items":
                    object.name(name)
                    write(value, to: &object)
                case "additionalProperties" where isObject: break
                case "description" where !untold.isEmpty: break
                default: object.member(name, value)
                }
            }
            if isObject { object.member("additionalProperties", false) }
            guard !untold.isEmpty else { return }
            object.name("description")
            write(member("description"), untold, to: &object)
        }
    }

    private static func isUnheld(_ name: String, _ value: JSONSlice) -> Bool {
        switch name {
        // Members by names of the model's own, which can't be.
        case "additionalProperties": value.kind == .object
        case "format": value.kind == .string && !formats.contains(value.string ?? "")
        case "minItems": (value.double ?? 0) > 1
        default: unheld.contains(name)
        }
    }

    /// The description, and behind it what the schema said more.
    private static func write(
        _ description: JSONSlice?,
        _ untold: [(name: String, value: JSONSlice)],
        to writer: inout JSONWriter
    ) {
        var text = description?.text.map { Array($0) + Array("\n\n".utf8) } ?? []
        text.append(UInt8(ascii: "{"))
        for (index, member) in untold.enumerated() {
            text += Array((index == 0 ? "" : ", ").utf8) + Array("\(member.name): ".utf8)
            text += member.value.text.map(Array.init) ?? Array(member.value.raw)
        }
        text.append(UInt8(ascii: "}"))
        writer.write(text: text)
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
