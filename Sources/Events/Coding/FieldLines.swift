/// One scalar of a record with the way to it.
public struct FieldLine: Hashable, Sendable {
    /// The names from the record down to the scalar, lists with an index from 0:
    /// `candidates[2].provider`.
    public let path: String
    /// The value, as in the JSON view.
    public let value: JSONScalar
}

extension EventBody {
    /// Every scalar of the event that has a value, in the order of the tags; for comparing events
    /// field by field.
    public var fieldLines: [FieldLine] {
        var visitor = FieldLines()
        walk(&visitor)
        return visitor.lines
    }
}

/// Writes a record as a list of its scalars.
private struct FieldLines: FieldVisitor {
    var lines: [FieldLine] = []
    private var path = ""

    private mutating func add(_ name: String, _ value: some FieldScalar) {
        lines.append(FieldLine(path: path + name, value: value.json))
    }

    private mutating func record(_ name: String, _ value: inout some FieldRecord) {
        let outer = path
        path += name + "."
        value.visit(&self)
        path = outer
    }

    mutating func field<Value: FieldScalar>(_ tag: Int, _ name: String, _ value: inout Value) {
        add(name, value)
    }

    mutating func field<Value: FieldScalar>(_ tag: Int, _ name: String, _ value: inout Value?) {
        if let value { add(name, value) }
    }

    mutating func field<Value: FieldScalar>(_ tag: Int, _ name: String, _ value: inout [Value]) {
        for (index, element) in value.enumerated() { add("\(name)[\(index)]", element) }
    }

    mutating func field<Value: FieldRecord>(_ tag: Int, _ name: String, _ value: inout Value) {
        record(name, &value)
    }

    mutating func field<Value: FieldRecord>(_ tag: Int, _ name: String, _ value: inout Value?) {
        guard var present = value else { return }
        record(name, &present)
    }

    mutating func field<Value: FieldRecord>(_ tag: Int, _ name: String, _ value: inout [Value]) {
        for (index, var element) in value.enumerated() { record("\(name)[\(index)]", &element) }
    }
}
