import JSONBytes

extension JSONWriter {
    /// Writes an object of counts, sorted by name.
    mutating func member(_ name: String, counts: [String: Int]) {
        object(name) { object in
            for (name, count) in counts.sorted(by: { $0.key < $1.key }) {
                object.member(name, count)
            }
        }
    }
}
