/// Which fields of each type of event a reader asks for.
///
/// A fold that reads a request's id out of a decision with ten candidates need not have the
/// candidates decoded: most of the cost of reading a log is strings that nobody looks at.
public struct EventFields: Sendable {
    /// The last tag by code; a code beyond the end is read whole.
    private var lastTags: [Int] = []

    /// Every field of every type.
    public static let all = EventFields()

    /// The same, but for one type (that of `body`) only the fields up to a tag; 0 for none.
    public func through(_ tag: Int, of body: EventBody) -> EventFields {
        var changed = self
        let code = Int(body.code)
        let missing = max(0, code + 1 - lastTags.count)
        changed.lastTags += [Int](repeating: .max, count: missing)
        changed.lastTags[code] = tag
        return changed
    }

    func lastTag(of code: UInt64) -> Int {
        code < UInt64(lastTags.count) ? lastTags[Int(code)] : .max
    }
}
