extension Event {
    /// Appends the event's binary form: varint code, varint microseconds, then the fields.
    public func encode(into bytes: inout [UInt8]) {
        var encoder = FieldEncoder(appendingTo: bytes)
        bytes = []
        encoder.varint(body.code)
        encoder.varint(UInt64(bitPattern: time.microseconds))
        if case .unknown(_, let fields) = body {
            encoder.bytes.append(contentsOf: fields)
        } else {
            var body = body
            body.visit(&encoder)
        }
        bytes = encoder.bytes
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
        // safe: the buffer lives as long as the closure, and the decoder with it.
        self = try unsafe bytes.withUnsafeBufferPointer { buffer throws(EventCodingError) in
            var decoder = unsafe FieldDecoder(buffer)
            let code = decoder.varint()
            let microseconds = Int64(bitPattern: decoder.varint())
            let lastTag = fields.lastTag(of: code)
            decoder.stop(after: lastTag)
            let event = Event(
                lastTag == 0
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
        var body = body
        body.visit(&view)
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
        // safe: the buffer lives as long as the closure, and the decoder with it.
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
    /// The number of the type and version on the wire.
    ///
    /// A released number never changes meaning.
    var code: UInt64 {
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
        default: self = .unknown(code: code, fields: decoder.rest)
        }
    }

    /// Walks the fields of whichever event this is.
    mutating func visit(_ visitor: inout some FieldVisitor) {
        func walk<Record: FieldRecord>(
            _ record: Record,
            _ visitor: inout some FieldVisitor,
            as wrap: (Record) -> EventBody
        ) -> EventBody {
            var record = record
            record.visit(&visitor)
            return wrap(record)
        }
        switch self {
        case .requestReceived(let event): self = walk(event, &visitor, as: Self.requestReceived)
        case .routeDecided(let event): self = walk(event, &visitor, as: Self.routeDecided)
        case .attemptStarted(let event): self = walk(event, &visitor, as: Self.attemptStarted)
        case .attemptFinished(let event): self = walk(event, &visitor, as: Self.attemptFinished)
        case .requestCompleted(let event): self = walk(event, &visitor, as: Self.requestCompleted)
        case .healthProbed(let event): self = walk(event, &visitor, as: Self.healthProbed)
        case .modelsListed(let event): self = walk(event, &visitor, as: Self.modelsListed)
        case .feedbackReceived(let event): self = walk(event, &visitor, as: Self.feedbackReceived)
        case .configurationApplied(let event):
            self = walk(event, &visitor, as: Self.configurationApplied)
        case .policyApplied(let event): self = walk(event, &visitor, as: Self.policyApplied)
        case .pricesApplied(let event): self = walk(event, &visitor, as: Self.pricesApplied)
        case .nodeStarted(let event): self = walk(event, &visitor, as: Self.nodeStarted)
        case .nodeStopped(let event): self = walk(event, &visitor, as: Self.nodeStopped)
        case .logRecovered(let event): self = walk(event, &visitor, as: Self.logRecovered)
        case .stateCarried(let event): self = walk(event, &visitor, as: Self.stateCarried)
        case .segmentRetired(let event): self = walk(event, &visitor, as: Self.segmentRetired)
        case .monthClosed(let event): self = walk(event, &visitor, as: Self.monthClosed)
        case .unknown: break
        }
    }
}
