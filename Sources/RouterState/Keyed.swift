import Events

/// A line of a fold's table in the coding of events: a key and what stands under it.
struct Keyed<Key: FieldScalar & Comparable, Value: FieldRecord>: FieldRecord {
    var key = Key.empty
    var value = Value()

    init() {}

    init(_ key: Key, _ value: Value) {
        self.key = key
        self.value = value
    }

    mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "key", &key)
        visitor.field(2, "value", &value)
    }
}

extension FieldVisitor {
    /// A table, as its lines in the order of their keys: equal tables give equal bytes.
    mutating func table<Key: FieldScalar & Comparable, Value: FieldRecord>(
        _ tag: Int,
        _ name: String,
        _ table: inout [Key: Value]
    ) {
        var lines = table.sorted { $0.key < $1.key }.map { Keyed($0.key, $0.value) }
        field(tag, name, &lines)
        table = Dictionary(lines.map { ($0.key, $0.value) }) { _, last in last }
    }
}
