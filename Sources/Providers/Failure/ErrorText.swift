import JSONBytes

/// What an error says, in words, whatever its shape: a text, a list of them, objects that nest what
/// is wrong with which field.
///
/// Shapes: FastAPI (`detail: [{loc, msg}]`), RFC 9457 (`title`, `detail`), JSON:API (`errors`),
/// ASP.NET (`errors: {field: [texts]}`), Google (`fieldViolations`), Azure (`innererror`). What was
/// sent (`input`, `ctx`, `value`) is left out, as it may hold the prompt.
struct ErrorText {
    /// What is wrong.
    var text: String
    /// The path of the field that it is wrong with.
    var field: String?

    /// The most that is read of a list: enough to see what is wrong, and each has a line of its own.
    private static let listLimit = 5
    /// The levels that are looked into.
    private static let depthLimit = 6

    private static let keys: JSONKeys = [
        // What is wrong.
        "message", "msg", "detail", "description", "error_description", "error", "title", "reason",
        // More of it.
        "errors", "details", "fieldViolations", "innererror", "inner_error",
        // Where.
        "loc", "field", "param", "path", "pointer", "property", "source",
        "code", "type",
    ]

    private init(_ text: String, field: String?) {
        self.text = text
        self.field = field
    }

    /// The words of a value; `nil` where it has none.
    init?(_ value: JSONSlice?, depth: Int = 0) throws(JSONError) {
        guard let value, depth < Self.depthLimit else { return nil }
        switch value.kind {
        case .string:
            guard let text = value.string?.trimmed, !text.isEmpty else { return nil }
            self.init(text, field: nil)
        case .array: try self.init(list: value, depth: depth)
        case .object: try self.init(object: value, depth: depth)
        case .number, .bool, .null: return nil
        }
    }

    private init?(list: JSONSlice, depth: Int) throws(JSONError) {
        var found: [ErrorText] = []
        for element in list.elements {
            guard found.count < Self.listLimit else { break }
            if let text = try ErrorText(element, depth: depth + 1) { found.append(text) }
        }
        guard !found.isEmpty else { return nil }
        self.init(
            found.map(\.text).joined(separator: "; "),
            field: found.lazy.compactMap(\.field).first
        )
    }

    private init?(object: JSONSlice, depth: Int) throws(JSONError) {
        let found = try object.scan(Self.keys)
        var head: ErrorText?
        for value in found[0...7] where head == nil {
            head = try ErrorText(value, depth: depth + 1)
        }
        var more: ErrorText?
        for value in found[8...12] where more == nil {
            more = try ErrorText(fields: value, depth: depth + 1)
        }
        let field = try Self.path(found[13...19]) ?? head?.field ?? more?.field
        // Azure's inner error and its like have a code alone.
        let word = depth > 1 && head == nil ? (found[20] ?? found[21])?.string : nil
        guard let text = head?.text ?? more?.text ?? word else { return nil }
        var whole = text
        if let more, head != nil, !text.contains(more.text) { whole += " (\(more.text))" }
        if let field, !whole.contains(field) { whole = "\(field): \(whole)" }
        self.init(whole, field: field)
    }

    /// The words of a list of errors, or of an object that has them by their fields.
    private init?(fields value: JSONSlice?, depth: Int) throws(JSONError) {
        if let text = try ErrorText(value, depth: depth) {
            self = text
            return
        }
        guard let value, value.kind == .object else { return nil }
        var texts: [String] = []
        var first: String?
        for member in value.members {
            guard texts.count < Self.listLimit else { break }
            guard member.value.kind == .string || member.value.kind == .array,
                let text = try ErrorText(member.value, depth: depth + 1),
                let name = member.name.string
            else { continue }
            if first == nil { first = name }
            texts.append("\(name): \(text.text)")
        }
        guard !texts.isEmpty else { return nil }
        self.init(texts.joined(separator: "; "), field: first)
    }

    /// A path as `tools[0].name`: FastAPI lists its steps, of which the first says that it is in the
    /// body.
    private static func path(_ values: ArraySlice<JSONSlice?>) throws(JSONError) -> String? {
        for value in values {
            guard let value else { continue }
            switch value.kind {
            case .string:
                if let text = value.string, !text.isEmpty { return text }
            case .array:
                var path = ""
                for (place, step) in value.elements.enumerated() {
                    if let index = step.int {
                        path += "[\(index)]"
                    } else if let name = step.string, place > 0 || name != "body" {
                        path += path.isEmpty ? name : ".\(name)"
                    }
                }
                if !path.isEmpty { return path }
            case .object:
                // JSON:API's source.
                let inner = try value.scan(["pointer", "parameter"])
                if let text = (inner[0] ?? inner[1])?.string { return text }
            case .number, .bool, .null: break
            }
        }
        return nil
    }
}
