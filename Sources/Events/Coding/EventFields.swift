/// Which fields of each type of event a reader asks for.
///
/// A fold that reads a request's id out of a decision with ten candidates need not have the
/// candidates decoded: most of the cost of reading a log is strings that nobody looks at.
public struct EventFields: Sendable {
    /// What is read of a type.
    struct Selection: Sendable {
        /// The last tag.
        var last = Int.max
        /// The tags before it that are stepped over, a bit each, below 64.
        var skipped: UInt64 = 0

        @inline(__always)
        func contains(_ tag: Int) -> Bool { tag <= last && (tag > 63 || skipped >> tag & 1 == 0) }
    }

    /// By code.
    private var selections: [Selection] = []
    /// Of a code beyond the end.
    private var others = Selection()

    /// Every field of every type.
    public static let all = EventFields()

    /// No field of any type: for whoever counts events.
    public static let none = EventFields(others: Selection(last: 0))

    /// The same, but for one type (that of `body`) only the fields up to a tag; 0 for none.
    public func through(_ tag: Int, of body: EventBody) -> EventFields {
        changing(body) { $0.last = tag }
    }

    /// The same, but without some fields of one type, which have tags below 64.
    public func without(_ tags: Int..., of body: EventBody) -> EventFields {
        changing(body) { selection in
            for tag in tags { selection.skipped |= 1 << tag }
        }
    }

    private func changing(
        _ body: EventBody,
        _ change: (inout Selection) -> Void
    ) -> EventFields {
        var changed = self
        let code = Int(body.code)
        let missing = max(0, code + 1 - selections.count)
        changed.selections += [Selection](repeating: others, count: missing)
        change(&changed.selections[code])
        return changed
    }

    func selection(of code: UInt64) -> Selection {
        code < UInt64(selections.count) ? selections[Int(code)] : others
    }
}
