extension Event {
    /// Appends the event's binary form: varint code, varint microseconds, then the fields.
    public func encode(into bytes: inout [UInt8]) {
        body.encode(at: time, into: &bytes)
    }

    /// Reads an event back.
    ///
    /// - Throws: `EventCodingError`, with the offset in `bytes`, when the bytes are no event.
    public init(decoding bytes: [UInt8]) throws(EventCodingError) {
        try self.init(decoding: bytes.span)
    }

    /// Reads an event back from borrowed bytes, all of it or only the fields asked for.
    ///
    /// An event of a type of which no field is asked for comes as `unknown` without its fields.
    ///
    /// - Throws: as above; what is wrong in a field that is not asked for is not noticed.
    public init(
        decoding bytes: Span<UInt8>,
        fields: EventFields = .all
    ) throws(EventCodingError) {
        // SAFETY: the buffer lives as long as the closure, and the decoder with it.
        self = try unsafe bytes.withUnsafeBufferPointer { buffer throws(EventCodingError) in
            var decoder = unsafe FieldDecoder(buffer)
            let code = decoder.varint()
            let microseconds = Int64(bitPattern: decoder.varint())
            let wanted = fields.selection(of: code)
            decoder.read(only: wanted)
            let event = Event(
                wanted.last == 0
                    ? .unknown(code: code, fields: []) : EventBody(code: code, from: &decoder),
                at: Timestamp(microseconds: microseconds)
            )
            if let failure = decoder.failure { throw failure }
            return event
        }
    }

    /// The event as one line of JSON: sequence, time and type first, then its fields.
    public func json(sequence: UInt64) -> String {
        var view = JSONView()
        var sequence = sequence
        var time = time
        var type = body.name
        view.field(1, "sequence", &sequence)
        view.field(2, "time", &time)
        view.field(3, "type", &type)
        body.walk(&view)
        return view.text + "}"
    }
}

extension FieldRecord {
    /// The record's fields as bytes; equal records give equal bytes.
    public var encoded: [UInt8] {
        var encoder = FieldEncoder(appendingTo: [])
        var copy = self
        copy.visit(&encoder)
        return encoder.bytes
    }

    /// Reads a record back from its fields.
    ///
    /// - Throws: `EventCodingError`, with the offset in `bytes`, when the bytes are no such record.
    public init(decoding bytes: [UInt8]) throws(EventCodingError) {
        // SAFETY: the buffer lives as long as the closure, and the decoder with it.
        self = try unsafe bytes.span.withUnsafeBufferPointer {
            buffer throws(EventCodingError) in
            var decoder = unsafe FieldDecoder(buffer)
            var record = Self()
            record.visit(&decoder)
            if let failure = decoder.failure { throw failure }
            return record
        }
    }

    /// The record as a JSON object.
    public var json: String {
        var view = JSONView()
        var copy = self
        copy.visit(&view)
        return view.text + "}"
    }
}

extension EventBody {
    /// Appends the binary form of the event that this is at an instant (`Event.encode`).
    public func encode(at time: Timestamp, into bytes: inout [UInt8]) {
        var encoder = FieldEncoder(appendingTo: bytes)
        bytes = []
        encoder.varint(code)
        encoder.varint(UInt64(bitPattern: time.microseconds))
        if case .unknown(_, let fields) = self {
            encoder.bytes.append(contentsOf: fields)
        } else {
            walk(&encoder)
        }
        bytes = encoder.bytes
    }

    /// The name of the type with a number, as `name` gives it.
    public static func name(ofCode code: UInt64) -> String {
        // SAFETY: there is nothing in the buffer to be read.
        var nothing = unsafe FieldDecoder(UnsafeBufferPointer(start: nil, count: 0))
        return EventBody(code: code, from: &nothing).name
    }

    /// The number of the type and version on the wire.
    ///
    /// A released number never changes meaning.
    public var code: UInt64 {
        switch self {
        case .requestReceived: 1
        case .routeDecided: 2
        case .attemptStarted: 3
        case .attemptFinished: 4
        case .requestCompleted: 5
        case .healthProbed: 6
        case .modelsListed: 7
        case .feedbackReceived: 8
        case .configurationApplied: 9
        case .policyApplied: 10
        case .pricesApplied: 11
        case .nodeStarted: 12
        case .nodeStopped: 13
        case .logRecovered: 14
        case .stateCarried: 15
        case .segmentRetired: 16
        case .monthClosed: 17
        case .quotaTick: 40
        case .quotaWarned: 41
        case .budgetAlerted: 42
        case .reservationExtended: 43
        case .clockJudged: 44
        case .monthPart: 45
        case .statePart: 46
        case .unknown(let code, _): code
        }
    }

    /// The event of the type with this number, from its fields; `unknown` for one of a later build.
    ///
    /// Each record is read in place and wrapped once: an event is hundreds of bytes, and copying it
    /// about cost more than reading it.
    @inline(__always)
    init(code: UInt64, from decoder: inout FieldDecoder) {
        switch code {
        case 1: self = .requestReceived(decoder.record())
        case 2: self = .routeDecided(decoder.record())
        case 3: self = .attemptStarted(decoder.record())
        case 4: self = .attemptFinished(decoder.record())
        case 5: self = .requestCompleted(decoder.record())
        case 6: self = .healthProbed(decoder.record())
        case 7: self = .modelsListed(decoder.record())
        case 8: self = .feedbackReceived(decoder.record())
        case 9: self = .configurationApplied(decoder.record())
        case 10: self = .policyApplied(decoder.record())
        case 11: self = .pricesApplied(decoder.record())
        case 12: self = .nodeStarted(decoder.record())
        case 13: self = .nodeStopped(decoder.record())
        case 14: self = .logRecovered(decoder.record())
        case 15: self = .stateCarried(decoder.record())
        case 16: self = .segmentRetired(decoder.record())
        case 17: self = .monthClosed(decoder.record())
        case 40: self = .quotaTick(decoder.record())
        case 41: self = .quotaWarned(decoder.record())
        case 42: self = .budgetAlerted(decoder.record())
        case 43: self = .reservationExtended(decoder.record())
        case 44: self = .clockJudged(decoder.record())
        case 45: self = .monthPart(decoder.record())
        case 46: self = .statePart(decoder.record())
        default: self = .unknown(code: code, fields: decoder.rest)
        }
    }

    /// Walks the fields of whichever event this is, for a visitor that changes none of them.
    ///
    /// `visit` can change a record, so it gets a copy; nothing is put back.
    @inline(__always)
    func walk(_ visitor: inout some FieldVisitor) {
        switch self {
        case .requestReceived(var event): event.visit(&visitor)
        case .routeDecided(var event): event.visit(&visitor)
        case .attemptStarted(var event): event.visit(&visitor)
        case .attemptFinished(var event): event.visit(&visitor)
        case .requestCompleted(var event): event.visit(&visitor)
        case .healthProbed(var event): event.visit(&visitor)
        case .modelsListed(var event): event.visit(&visitor)
        case .feedbackReceived(var event): event.visit(&visitor)
        case .configurationApplied(var event): event.visit(&visitor)
        case .policyApplied(var event): event.visit(&visitor)
        case .pricesApplied(var event): event.visit(&visitor)
        case .nodeStarted(var event): event.visit(&visitor)
        case .nodeStopped(var event): event.visit(&visitor)
        case .logRecovered(var event): event.visit(&visitor)
        case .stateCarried(var event): event.visit(&visitor)
        case .segmentRetired(var event): event.visit(&visitor)
        case .monthClosed(var event): event.visit(&visitor)
        case .quotaTick(var event): event.visit(&visitor)
        case .quotaWarned(var event): event.visit(&visitor)
        case .budgetAlerted(var event): event.visit(&visitor)
        case .reservationExtended(var event): event.visit(&visitor)
        case .clockJudged(var event): event.visit(&visitor)
        case .monthPart(var event): event.visit(&visitor)
        case .statePart(var event): event.visit(&visitor)
        case .unknown: break
        }
    }
}
