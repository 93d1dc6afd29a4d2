import Testing

@testable import Events

/// One filled event of each type, the same for every run.
enum Samples {
    static let id = RequestID(high: 0x0191_2345_6789_7ABC, low: 0x8123_4567_89AB_CDEF)
    static let time = Timestamp(microseconds: 1_795_000_000_123_456)

    /// Fills every field of a record with a value of its own, by its tag.
    struct Filler: FieldVisitor {
        func scalar<Value: FieldScalar>(_ tag: Int, as type: Value.Type) -> Value {
            if let id = Samples.id as? Value { return id }
            if let bytes = OpaqueBytes([9, 8, UInt8(tag)]) as? Value { return bytes }
            if let print = Fingerprint(bytes: [1, 2, 3, UInt8(tag)]) as? Value { return print }
            switch Value.empty.wire {
            case .integer:
                return Value(wire: .integer(Int64(tag) * 1_000 + 7)) ?? Value(wire: .integer(2))
                    ?? Value.empty
            case .text, .bytes, .halves: return Value(wire: .text("text \(tag)")) ?? Value.empty
            }
        }

        func record<Value: FieldRecord>(as type: Value.Type) -> Value {
            var inner = Filler()
            var value = Value()
            value.visit(&inner)
            return value
        }

        mutating func field<Value: FieldScalar>(_ tag: Int, _ name: String, _ value: inout Value) {
            value = scalar(tag, as: Value.self)
        }
        mutating func field<Value: FieldScalar>(_ tag: Int, _ name: String, _ value: inout Value?) {
            value = scalar(tag, as: Value.self)
        }
        mutating func field<Value: FieldScalar>(_ tag: Int, _ name: String, _ value: inout [Value])
        {
            value = [scalar(tag, as: Value.self), scalar(tag + 1, as: Value.self)]
        }
        mutating func field<Value: FieldRecord>(_ tag: Int, _ name: String, _ value: inout Value) {
            value = record(as: Value.self)
        }
        mutating func field<Value: FieldRecord>(_ tag: Int, _ name: String, _ value: inout Value?) {
            value = record(as: Value.self)
        }
        mutating func field<Value: FieldRecord>(_ tag: Int, _ name: String, _ value: inout [Value])
        {
            value = [record(as: Value.self), record(as: Value.self)]
        }
    }

    static func filled<Value: FieldRecord>() -> Value {
        Filler().record(as: Value.self)
    }

    static let bodies: [EventBody] = [
        .requestReceived(filled()),
        .routeDecided(filled()),
        .attemptStarted(filled()),
        .attemptFinished(filled()),
        .requestCompleted(filled()),
        .healthProbed(filled()),
        .modelsListed(filled()),
        .feedbackReceived(filled()),
        .configurationApplied(filled()),
        .policyApplied(filled()),
        .pricesApplied(filled()),
        .nodeStarted(filled()),
        .nodeStopped(filled()),
        .logRecovered(filled()),
        .stateCarried(filled()),
        .segmentRetired(filled()),
        .monthClosed(filled()),
        .quotaTick(filled()),
        .quotaWarned(filled()),
        .budgetAlerted(filled()), .reservationExtended(filled()), .clockJudged(filled()),
        .monthPart(filled()), .statePart(filled()),
    ]

    static let events = bodies.map { Event($0, at: time) }
}

@Suite("Event coding")
struct EventCodingTests {
    @Test(arguments: Samples.events)
    func `an event reads back as it was written`(event: Event) throws {
        var bytes: [UInt8] = []
        event.encode(into: &bytes)
        #expect(try Event(decoding: bytes) == event)
    }

    @Test(arguments: Samples.events)
    func `an event cut at any byte is an error or a shorter event, never a trap`(event: Event) {
        var bytes: [UInt8] = []
        event.encode(into: &bytes)
        for end in 0..<bytes.count {
            if let cut = try? Event(decoding: Array(bytes[..<end])) { #expect(cut != event) }
        }
    }

    @Test(arguments: Samples.events)
    func `any changed byte decodes to something or fails, never traps`(event: Event) {
        var bytes: [UInt8] = []
        event.encode(into: &bytes)
        var outcomes = 0
        for index in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[index] ^= 1 << UInt8(bit)
                _ = try? Event(decoding: damaged)
                outcomes += 1
            }
        }
        #expect(outcomes == bytes.count * 8)
    }

    @Test func `encoding appends and keeps what was there`() throws {
        var bytes: [UInt8] = [9, 9]
        Samples.events[0].encode(into: &bytes)
        #expect(bytes.prefix(2) == [9, 9])
        #expect(try Event(decoding: Array(bytes[2...])) == Samples.events[0])
    }

    @Test func `an event of a later build keeps its bytes`() throws {
        let later = Event(.unknown(code: 200, fields: [2, 4, 6]), at: Samples.time)
        var bytes: [UInt8] = []
        later.encode(into: &bytes)
        #expect(try Event(decoding: bytes) == later)
    }

    @Test func `a field of a later build is stepped over, inside a record too`() throws {
        struct Later: FieldRecord {
            var request = RequestID.empty
            var number = 0
            var surprise = "new"
            var model = ""
            mutating func visit(_ visitor: inout some FieldVisitor) {
                visitor.field(1, "request", &request)
                visitor.field(2, "number", &number)
                visitor.field(4, "model", &model)
                visitor.field(900, "surprise", &surprise)
            }
        }
        let later = Later(request: Samples.id, number: 3, surprise: "x", model: "m")
        let now = try AttemptStarted(decoding: later.encoded)
        #expect(now.request == Samples.id)
        #expect(now.number == 3)
        #expect(now.model == "m")
        #expect(now.provider == "")
    }

    @Test func `unknown and zero are different on the wire`() throws {
        var unknown = AttemptFinished()
        unknown.cost = nil
        var free = unknown
        free.cost = .zero
        #expect(unknown.encoded != free.encoded)
        #expect(try AttemptFinished(decoding: free.encoded).cost == .zero)
    }

    @Test func `a nested record longer than 127 bytes reads back`() throws {
        var event = RouteDecided()
        event.candidates = (0..<50).map { index in
            var candidate = RouteCandidate()
            candidate.provider = String(repeating: "p", count: 60)
            candidate.model = String(repeating: "m", count: 90 + index)
            return candidate
        }
        let whole = Event(.routeDecided(event), at: Samples.time)
        var bytes: [UInt8] = []
        whole.encode(into: &bytes)
        #expect(try Event(decoding: bytes) == whole)
    }

    @Test(arguments: Samples.events)
    func `a reader that asks for the fields up to a tag gets those and no others`(
        event: Event
    ) throws {
        var bytes: [UInt8] = []
        event.encode(into: &bytes)
        let whole = Mirror(reflecting: event.body).children.first?.value as? any FieldRecord
        let none = try Event(
            decoding: bytes.span,
            fields: EventFields.all.through(0, of: event.body)
        )
        #expect(none == Event(.unknown(code: event.body.code, fields: []), at: event.time))
        #expect(try Event(decoding: bytes.span, fields: .none) == none)
        #expect(EventBody.name(ofCode: event.body.code) == event.body.name)
        let first = try Event(
            decoding: bytes.span,
            fields: EventFields.all.through(1, of: event.body)
        )
        #expect(first.time == event.time)
        #expect(first.body.name == event.body.name)
        let read = Mirror(reflecting: first.body).children.first?.value as? any FieldRecord
        let (some, all) = (try #require(read).encoded, try #require(whole).encoded)
        #expect(Self.fields(some, to: 1) == Self.fields(all, to: 1))
        #expect(some.count <= all.count)
    }

    @Test func `a reader that leaves out fields gets all others`() throws {
        for case .routeDecided(let whole) in Samples.events.map(\.body) {
            var expected = whole
            expected.candidates = []
            expected.excluded = []
            #expect(expected != whole)
            var bytes: [UInt8] = []
            EventBody.routeDecided(whole).encode(at: Timestamp(microseconds: 1), into: &bytes)
            let fields = EventFields.all.without(9, 10, of: .routeDecided(RouteDecided()))
            let read = try Event(decoding: bytes.span, fields: fields)
            #expect(read.body == .routeDecided(expected))
        }
    }

    /// The encoded fields whose tags are at most the given one.
    static func fields(_ bytes: [UInt8], to last: Int) -> [UInt8] {
        var kept: [UInt8] = []
        var index = 0
        func varint() -> Int {
            var (value, shift) = (0, 0)
            repeat {
                value |= Int(bytes[index] & 0x7F) << shift
                shift += 7
                index += 1
            } while bytes[index - 1] >= 0x80
            return value
        }
        while index < bytes.count {
            let start = index
            let key = varint()
            if key & 1 == 1 { index += varint() } else { _ = varint() }
            if key >> 1 <= last { kept += bytes[start..<index] }
        }
        return kept
    }

    @Test func `the JSON view escapes what it quotes`() {
        var event = FeedbackReceived()
        event.comment = "a \"quote\"\\\n\u{1}"
        event.source = "user"
        #expect(
            event.json
                == #"{"request":"00000000-0000-0000-0000-000000000000","score_ppm":0,"#
                + #""comment":"a \"quote\"\\\n\u0001","source":"user"}"#
        )
    }
}
