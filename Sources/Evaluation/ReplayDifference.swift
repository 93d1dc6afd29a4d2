public import Events

/// A recorded decision or attempt that is not what is decided now.
public struct ReplayDifference: Hashable, Sendable {
    /// A field in which the two differ; `nil` on the side that has no value there.
    public struct Field: Hashable, Sendable {
        /// The names from the event down to the value: `candidates[2].provider`.
        public let path: String
        /// The recorded value.
        public let recorded: JSONScalar?
        /// The value as it is decided now.
        public let decided: JSONScalar?
    }

    /// Where the event is.
    public let place: EventPlace
    /// The event's type.
    public let type: String
    /// The request that it is about.
    public let request: RequestID
    /// The fields that differ; none where the record has more bytes than this build has fields for.
    public let fields: [Field]

    /// Compares a recorded event with what is decided now; `nil` for what should not be there.
    init(of recorded: EventBody, at place: EventPlace, from decided: EventBody?) {
        self.place = place
        type = recorded.name
        request = recorded.request ?? .empty
        let before = recorded.fieldLines
        let now = decided?.fieldLines ?? []
        let values = Dictionary(now.map { ($0.path, $0.value) }) { first, _ in first }
        let paths = Set(before.map(\.path))
        fields =
            before.filter { values[$0.path] != $0.value }
            .map { Field(path: $0.path, recorded: $0.value, decided: values[$0.path]) }
            + now.filter { !paths.contains($0.path) }
            .map { Field(path: $0.path, recorded: nil, decided: $0.value) }
    }

    /// A difference that is known to be in one field.
    init(of recorded: EventBody, at place: EventPlace, in field: Field) {
        self.place = place
        type = recorded.name
        request = recorded.request ?? .empty
        fields = [field]
    }
}
