/// Takes secrets out of every text of a record, in its place.
struct RedactingVisitor: FieldVisitor {
    let redaction: Redaction
    /// Whether there was any.
    private(set) var hasChanged = false

    init(_ redaction: Redaction) {
        self.redaction = redaction
    }

    private mutating func redact<Value: FieldScalar>(_ value: inout Value) {
        guard case .text(let text) = value.wire else { return }
        let masked = redaction.masked(text)
        guard masked != text, let changed = Value(wire: .text(masked)) else { return }
        value = changed
        hasChanged = true
    }

    mutating func field<Value: FieldScalar>(_ tag: Int, _ name: String, _ value: inout Value) {
        redact(&value)
    }

    mutating func field<Value: FieldScalar>(_ tag: Int, _ name: String, _ value: inout Value?) {
        guard var present = value else { return }
        redact(&present)
        value = present
    }

    mutating func field<Value: FieldScalar>(_ tag: Int, _ name: String, _ value: inout [Value]) {
        for index in value.indices { redact(&value[index]) }
    }

    mutating func field<Value: FieldRecord>(_ tag: Int, _ name: String, _ value: inout Value) {
        value.visit(&self)
    }

    mutating func field<Value: FieldRecord>(_ tag: Int, _ name: String, _ value: inout Value?) {
        guard var present = value else { return }
        present.visit(&self)
        value = present
    }

    mutating func field<Value: FieldRecord>(_ tag: Int, _ name: String, _ value: inout [Value]) {
        for index in value.indices { value[index].visit(&self) }
    }
}

extension Redaction {
    /// The record without secrets in any of its texts.
    public func redacted<Record: FieldRecord>(_ record: Record) -> Record {
        var visitor = RedactingVisitor(self)
        var copy = record
        copy.visit(&visitor)
        return visitor.hasChanged ? copy : record
    }

    /// The event without secrets in any of its texts; `nil` where it has none.
    public func redacted(_ body: EventBody) -> EventBody? {
        var visitor = RedactingVisitor(self)
        var copy = body
        copy.change(by: &visitor)
        return visitor.hasChanged ? copy : nil
    }
}

extension EventBody {
    /// Walks the fields of whichever event this is, for a visitor that may change them.
    fileprivate mutating func change(by visitor: inout some FieldVisitor) {
        func changed<Record: FieldRecord>(_ record: Record) -> Record {
            var copy = record
            copy.visit(&visitor)
            return copy
        }
        switch self {
        case .requestReceived(let event): self = .requestReceived(changed(event))
        case .routeDecided(let event): self = .routeDecided(changed(event))
        case .attemptStarted(let event): self = .attemptStarted(changed(event))
        case .attemptFinished(let event): self = .attemptFinished(changed(event))
        case .requestCompleted(let event): self = .requestCompleted(changed(event))
        case .healthProbed(let event): self = .healthProbed(changed(event))
        case .modelsListed(let event): self = .modelsListed(changed(event))
        case .feedbackReceived(let event): self = .feedbackReceived(changed(event))
        case .configurationApplied(let event): self = .configurationApplied(changed(event))
        case .policyApplied(let event): self = .policyApplied(changed(event))
        case .pricesApplied(let event): self = .pricesApplied(changed(event))
        case .nodeStarted(let event): self = .nodeStarted(changed(event))
        case .nodeStopped(let event): self = .nodeStopped(changed(event))
        case .logRecovered(let event): self = .logRecovered(changed(event))
        case .stateCarried(let event): self = .stateCarried(changed(event))
        case .segmentRetired(let event): self = .segmentRetired(changed(event))
        case .monthClosed(let event): self = .monthClosed(changed(event))
        case .quotaTick(let event): self = .quotaTick(changed(event))
        case .quotaWarned(let event): self = .quotaWarned(changed(event))
        case .budgetAlerted(let event): self = .budgetAlerted(changed(event))
        case .reservationExtended(let event): self = .reservationExtended(changed(event))
        case .clockJudged(let event): self = .clockJudged(changed(event))
        case .monthPart(let event): self = .monthPart(changed(event))
        case .statePart(let event): self = .statePart(changed(event))
        case .unknown: break
        }
    }
}
