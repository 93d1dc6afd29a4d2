public import Events

extension Health: FieldRecord {
    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.table(1, "providers", &byProvider)
    }
}

extension ProviderHealth: FieldRecord {
    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        var lines = hours.filter { $0 != Hour() }
        visitor.field(1, "hours", &lines)
        hours = [Hour](repeating: Hour(), count: 24)
        for hour in lines { hours[Self.slot(of: hour.index)] = hour }
        visitor.field(2, "consecutive_failures", &consecutiveFailures)
        visitor.field(3, "recent_failures", &recentFailures)
        visitor.field(4, "last_success", &lastSuccess)
        visitor.field(5, "answered_last_probe", &answeredLastProbe)
        visitor.field(6, "last_probe", &lastProbe)
        visitor.field(7, "pool", &pool)
    }
}

extension ProviderHealth.Hour: FieldRecord {
    mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "index", &index)
        visitor.field(2, "successes", &successes)
        visitor.field(3, "failures", &failures)
        visitor.field(4, "microseconds", &microseconds)
    }
}

extension ProviderHealth.Failure: FieldRecord {
    /// A failure of which nothing is known.
    public init() {
        self.init(time: .empty, kind: .empty)
    }

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "time", &time)
        visitor.field(2, "kind", &kind)
        visitor.field(3, "model", &model)
        visitor.field(4, "message", &message)
    }
}
