/// Makes JSON that a schema accepts: required members only, smallest values, always the same.
///
/// Of JSON Schema (draft 2020-12) it knows what SDKs write of types: references, alternatives, constants,
/// ranges, lengths and common formats. A `pattern` and conditions are not honoured.
struct SchemaInstance {
    /// The levels of a schema that is followed: one that requires itself has no instance.
    private static let depthLimit = 32
    /// The most elements that are made of a list, however many are asked for.
    private static let elementLimit = 64

    /// The whole schema, into which references point.
    private let root: JSONValue

    /// The instances of a schema.
    init(of schema: JSONValue) { root = schema }

    /// An instance, as JSON.
    var text: String { text(of: root, place: 0, depth: 0) }

    /// An instance of a part; `place` tells the elements of a list from each other.
    private func text(of part: JSONValue, place: Int, depth: Int) -> String {
        guard depth < Self.depthLimit else { return "null" }
        let schema = resolved(part, depth: depth)
        if let constant = schema["const"] { return constant.json }
        if let choices = schema["enum"]?.items, !choices.isEmpty {
            return choices[place % choices.count].json
        }
        switch type(of: schema) {
        case "integer": return number(of: schema, place: place, isWhole: true)
        case "number": return number(of: schema, place: place, isWhole: false)
        case "boolean": return "true"
        case "null": return "null"
        case "array": return list(of: schema, depth: depth)
        case "string": return jsonQuoted(string(of: schema, place: place))
        default: return object(of: schema, depth: depth)
        }
    }

    /// The schema with what it refers to, is made of, or has as its first alternative that is not null.
    private func resolved(_ part: JSONValue, depth: Int) -> JSONValue {
        var members = part.members
        for _ in depth..<Self.depthLimit {
            var others: [JSONValue] = []
            if let path = members.removeValue(forKey: "$ref")?.text {
                others.append(target(of: path))
            }
            others += members.removeValue(forKey: "allOf")?.items ?? []
            for name in ["anyOf", "oneOf"] {
                guard let choices = members.removeValue(forKey: name)?.items else { continue }
                others += [choices.first { $0["type"]?.text != "null" } ?? choices.first]
                    .compactMap(\.self)
            }
            if others.isEmpty { break }
            for other in others { members.add(other.members) }
        }
        return .object(members)
    }

    /// What a reference such as `#/$defs/Person` points to; anything where there is nothing.
    private func target(of path: String) -> JSONValue {
        var value = root
        for part in path.split(separator: "/").drop(while: { $0 == "#" }) {
            let name = part.replacing("~1", with: "/").replacing("~0", with: "~")
            guard let next = value[String(name)] else { return .object([:]) }
            value = next
        }
        return value
    }

    private func type(of schema: JSONValue) -> String? {
        if let type = schema["type"]?.text { return type }
        if let types = schema["type"]?.items.compactMap(\.text), !types.isEmpty {
            return types.first { $0 != "null" } ?? "null"
        }
        if schema["properties"] != nil || schema["required"] != nil { return "object" }
        if schema["items"] != nil || schema["prefixItems"] != nil { return "array" }
        return schema.members.isEmpty ? "string" : nil
    }

    private func object(of schema: JSONValue, depth: Int) -> String {
        let required = schema["required"]?.items.compactMap(\.text) ?? []
        let members = required.map { name in
            let value = schema["properties"]?[name] ?? .object([:])
            return "\(jsonQuoted(name)):\(text(of: value, place: 0, depth: depth + 1))"
        }
        return "{\(members.joined(separator: ","))}"
    }

    private func list(of schema: JSONValue, depth: Int) -> String {
        let first = schema["prefixItems"]?.items ?? []
        let least = schema["minItems"]?.double.map { Int(min($0, Double(Self.elementLimit))) } ?? 0
        let most = schema["maxItems"]?.double.map { Int(min($0, Double(Self.elementLimit))) }
        let count = min(max(least, first.count), most ?? Self.elementLimit)
        let elements = (0..<max(0, count)).map { place in
            let element =
                place < first.count ? first[place] : schema["items"] ?? .object([:])
            return text(of: element, place: place, depth: depth + 1)
        }
        return "[\(elements.joined(separator: ","))]"
    }

    private func number(of schema: JSONValue, place: Int, isWhole: Bool) -> String {
        let step = schema["multipleOf"]?.double.flatMap { $0 > 0 ? $0 : nil } ?? 1
        var value = 1 + Double(place)
        if let least = schema["minimum"]?.double { value = max(value, least) }
        if let least = schema["exclusiveMinimum"]?.double, value <= least { value = least + step }
        if let most = schema["maximum"]?.double { value = min(value, most) }
        if let most = schema["exclusiveMaximum"]?.double, value >= most {
            // Between the bounds, where a whole step has no room.
            let least = schema["minimum"]?.double ?? schema["exclusiveMinimum"]?.double
            value =
                !isWhole && least.map { $0 >= most - step } ?? false
                ? ((least ?? most - step) + most) / 2 : most - step
        }
        if isWhole || schema["multipleOf"] != nil {
            let rounded = (value / step).rounded(.up) * step
            let limit = schema["maximum"]?.double ?? .infinity
            value = rounded <= limit ? rounded : (value / step).rounded(.down) * step
        }
        return JSONValue.number(value).json
    }

    private static let formats = [
        "date": "2026-01-01", "date-time": "2026-01-01T00:00:00Z", "time": "00:00:00Z",
        "duration": "PT1S", "email": "sample@example.com", "hostname": "example.com",
        "ipv4": "127.0.0.1", "ipv6": "::1", "uri": "https://example.com/",
        "url": "https://example.com/", "uuid": "00000000-0000-4000-8000-000000000000",
    ]

    private func string(of schema: JSONValue, place: Int) -> String {
        if let text = schema["format"]?.text.flatMap({ Self.formats[$0] }) { return text }
        var text = "sample" + (place == 0 ? "" : "\(place + 1)")
        let least = schema["minLength"]?.double.map { Int(min($0, 4_096)) } ?? 0
        while text.count < least { text += "s" }
        if let most = schema["maxLength"]?.double, Double(text.count) > most {
            text = String(text.prefix(Int(max(0, most))))
        }
        return text
    }
}

extension [String: JSONValue] {
    /// Adds what another schema demands: its members where there are none, and its properties and
    /// required names beside those that are there.
    fileprivate mutating func add(_ other: [String: JSONValue]) {
        for (name, value) in other {
            switch (name, self[name], value) {
            case ("required", .list(let own)?, .list(let more)): self[name] = .list(own + more)
            case ("properties", .object(let own)?, .object(let more)):
                self[name] = .object(own.merging(more) { own, _ in own })
            case (_, nil, _): self[name] = value
            default: break
            }
        }
    }
}
