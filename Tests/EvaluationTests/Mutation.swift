import Events

/// Changes one scalar of a record: each in turn, by its number.
struct Mutation: FieldVisitor {
    /// The number of the scalar to change, from 0.
    let target: Int
    /// Where the changed scalar is; `nil` when there are not so many.
    private(set) var changed: String?
    private var count = 0
    private var path = ""

    init(_ target: Int) { self.target = target }

    private mutating func change<Value: FieldScalar>(_ name: String, _ value: inout Value) {
        defer { count += 1 }
        guard count == target, let other = value.other else { return }
        value = other
        changed = path + name
    }

    private mutating func record(_ name: String, _ value: inout some FieldRecord) {
        let outer = path
        path += name + "."
        value.visit(&self)
        path = outer
    }

    mutating func field<Value: FieldScalar>(_ tag: Int, _ name: String, _ value: inout Value) {
        change(name, &value)
    }

    mutating func field<Value: FieldScalar>(_ tag: Int, _ name: String, _ value: inout Value?) {
        guard var present = value else {
            // What is unknown becomes known.
            defer { count += 1 }
            guard count == target, let other = Value.empty.other else { return }
            value = other
            return changed = path + name
        }
        change(name, &present)
        value = present
    }

    mutating func field<Value: FieldScalar>(_ tag: Int, _ name: String, _ value: inout [Value]) {
        for index in value.indices { change("\(name)[\(index)]", &value[index]) }
    }

    mutating func field<Value: FieldRecord>(_ tag: Int, _ name: String, _ value: inout Value) {
        record(name, &value)
    }

    mutating func field<Value: FieldRecord>(_ tag: Int, _ name: String, _ value: inout Value?) {
        guard var present = value else { return }
        record(name, &present)
        value = present
    }

    mutating func field<Value: FieldRecord>(_ tag: Int, _ name: String, _ value: inout [Value]) {
        for index in value.indices { record("\(name)[\(index)]", &value[index]) }
    }
}

extension FieldScalar {
    /// A value near this one that is not equal to it.
    fileprivate var other: Self? {
        let candidates: [WireScalar] =
            switch wire {
            case .integer(let integer): [integer &+ 1, integer &- 1, 0].map { .integer($0) }
            case .text(let text): [.text(text + "x")]
            case .bytes(let bytes): [.bytes(bytes + [7])]
            case .halves(let high, let low): [.halves(high ^ 1, low)]
            }
        return candidates.lazy.compactMap { Self(wire: $0) }.first { $0 != self }
    }
}
