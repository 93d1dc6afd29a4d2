public import Events

/// Who answered each conversation last, by its fingerprint: there its prompt cache, its thinking
/// signatures and its stored state are.
///
/// The table is in two halves. A full young half becomes the old one, and what was in the old one is
/// forgotten unless it was answered again since; so room is made without looking at each line, and the
/// same is forgotten in every replay.
public struct Conversations: Hashable, Sendable {
    /// The most lines of a half.
    static let halfLimit = 4_096

    /// Who answered, and when.
    public struct Line: FieldRecord {
        /// The provider's configured name.
        public var provider = ""
        /// The model.
        public var model = ""
        /// The provider's lane.
        public var key = 0
        /// When the answer ended.
        public var time = Timestamp.empty

        /// Nobody.
        public init() {}

        init(_ attempt: AttemptFinished, key: Int, at time: Timestamp) {
            provider = attempt.provider
            model = attempt.model
            self.key = key
            self.time = time
        }

        /// Walks the fields in the order of their tags.
        public mutating func visit(_ visitor: inout some FieldVisitor) {
            visitor.field(1, "provider", &provider)
            visitor.field(2, "model", &model)
            visitor.field(3, "key", &key)
            visitor.field(4, "time", &time)
        }
    }

    private var young: [UInt64: Line] = [:]
    private var old: [UInt64: Line] = [:]

    /// No conversation.
    public init() {}

    /// Who answered a conversation last; `nil` where that was before `earliest` or is not known.
    public func line(of conversation: UInt64, since earliest: Timestamp) -> Line? {
        guard let line = young[conversation] ?? old[conversation], line.time >= earliest else {
            return nil
        }
        return line
    }

    mutating func finish(_ attempt: AttemptFinished, of running: RunningAttempt?, at now: Timestamp)
    {
        guard attempt.failure == nil, let running, let id = running.conversation else { return }
        if young.count >= Self.halfLimit, young[id] == nil {
            old = young
            young = [:]
        }
        young[id] = Line(attempt, key: running.key, at: now)
    }
}

extension Conversations: FieldRecord {
    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.table(1, "young", &young)
        visitor.table(2, "old", &old)
    }
}
