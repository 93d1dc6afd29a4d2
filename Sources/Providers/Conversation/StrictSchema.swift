import JSONBytes

/// Whether a JSON schema is one that OpenAI holds a model to: each of its objects demands all of its members
/// and has no others.
///
/// Source: OpenAI's "Structured outputs", "Supported schemas", November 2026. It refuses `strict` with any
/// other; Anthropic takes members that need not be there.
enum StrictSchema {
    static func isComplete(_ schema: JSONSlice?) -> Bool {
        guard let schema, schema.kind == .object else { return true }
        func member(_ name: String) -> JSONSlice? {
            schema.members.first { $0.name.isString(name) }?.value
        }
        let properties = member("properties")?.members.map(\.self) ?? []
        if member("type")?.isString("object") == true || !properties.isEmpty {
            guard member("additionalProperties")?.bool == false else { return false }
            let required = Set(member("required")?.elements.compactMap(\.string) ?? [])
            guard properties.allSatisfy({ required.contains($0.name.string ?? "") }) else {
                return false
            }
        }
        let lists = ["anyOf", "allOf", "oneOf", "prefixItems"].flatMap { name in
            member(name).map { Array($0.elements) } ?? []
        }
        let groups = ["$defs", "definitions"].flatMap { name in
            member(name)?.members.map(\.value) ?? []
        }
        let inner = properties.map(\.value) + lists + groups + [member("items")].compactMap(\.self)
        return inner.allSatisfy(isComplete)
    }
}
