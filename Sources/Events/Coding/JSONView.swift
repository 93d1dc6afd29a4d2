/// Writes a record as a JSON object, for people and scripts; never read back.
struct JSONView: FieldVisitor {
    var text = "{"

    private mutating func name(_ name: String) {
        if text.last != "{" { text.append(",") }
        Self.append(name, to: &text)
        text.append(":")
    }

    private mutating func value(_ scalar: JSONScalar) {
        switch scalar {
        case .integer(let integer): text.append(String(integer))
        case .boolean(let boolean): text.append(boolean ? "true" : "false")
        case .text(let string): Self.append(string, to: &text)
        }
    }

    private mutating func record(_ value: inout some FieldRecord) {
        text.append("{")
        value.visit(&self)
        text.append("}")
    }

    /// A string in quotes, with the escapes that RFC 8259 §7 asks for.
    static func append(_ string: String, to text: inout String) {
        text.append("\"")
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text.append("\\\"")
            case "\\": text.append("\\\\")
            case "\n": text.append("\\n")
            case "\r": text.append("\\r")
            case "\t": text.append("\\t")
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                text.append("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
            default: text.unicodeScalars.append(scalar)
            }
        }
        text.append("\"")
    }

    mutating func field<Value: FieldScalar>(_ tag: Int, _ name: String, _ value: inout Value) {
        self.name(name)
        self.value(value.json)
    }

    mutating func field<Value: FieldScalar>(_ tag: Int, _ name: String, _ value: inout Value?) {
        guard let value else { return }
        self.name(name)
        self.value(value.json)
    }

    mutating func field<Value: FieldScalar>(_ tag: Int, _ name: String, _ value: inout [Value]) {
        guard !value.isEmpty else { return }
        self.name(name)
        text.append("[")
        for (index, element) in value.enumerated() {
            if index > 0 { text.append(",") }
            self.value(element.json)
        }
        text.append("]")
    }

    mutating func field<Value: FieldRecord>(_ tag: Int, _ name: String, _ value: inout Value) {
        self.name(name)
        record(&value)
    }

    mutating func field<Value: FieldRecord>(_ tag: Int, _ name: String, _ value: inout Value?) {
        guard var present = value else { return }
        self.name(name)
        record(&present)
    }

    mutating func field<Value: FieldRecord>(_ tag: Int, _ name: String, _ value: inout [Value]) {
        guard !value.isEmpty else { return }
        self.name(name)
        text.append("[")
        for (index, var element) in value.enumerated() {
            if index > 0 { text.append(",") }
            record(&element)
        }
        text.append("]")
    }
}
