import Events
import TestSupport

/// Fills events with random values, the ends of every range among them: nothing about them fits
/// together, as in a log that a broken build wrote.
struct Scrambler: FieldVisitor {
    private static let texts = ["", "groq", "claude", "llama", "groq:llama", "auto", "é\n\u{0}"]
    private static let integers: [Int64] = [
        .min, .min + 1, -86_400_000_000, -1, 0, 1, 2, 3, 5, 1_000_000, 3_600_000_000,
        1_795_000_000_000_000, .max - 1, .max,
    ]

    var draws: SeededRandom

    mutating func event() -> Event {
        let time = draws.oneIn(2) ? draws.one(of: Self.integers) : Int64(draws.int(0...99_999))
        return Event(body(), at: Timestamp(microseconds: time))
    }

    private mutating func body() -> EventBody {
        switch draws.int(1...24) {
        case 1: .requestReceived(record())
        case 2: .routeDecided(record())
        case 3...6: .attemptStarted(record())
        case 7...11: .attemptFinished(record())
        case 12: .requestCompleted(record())
        case 13: .healthProbed(record())
        case 14: .modelsListed(record())
        case 15: .feedbackReceived(record())
        case 16: .configurationApplied(record())
        case 17: .policyApplied(record())
        case 18: .pricesApplied(record())
        case 19: draws.oneIn(2) ? .nodeStarted(record()) : .nodeStopped(record())
        case 21: draws.oneIn(2) ? .quotaTick(record()) : .quotaWarned(record())
        case 23: draws.oneIn(2) ? .monthPart(record()) : .statePart(record())
        case 24: .clockJudged(record())
        case 20: draws.oneIn(9) ? .stateCarried(record()) : .monthClosed(record())
        default: draws.oneIn(2) ? .logRecovered(record()) : .unknown(code: 99, fields: [1, 2])
        }
    }

    private mutating func record<Value: FieldRecord>() -> Value {
        var value = Value()
        value.visit(&self)
        return value
    }

    private mutating func scalar<Value: FieldScalar>() -> Value {
        let wire: WireScalar =
            switch Value.empty.wire {
            case .integer:
                .integer(draws.oneIn(3) ? draws.one(of: Self.integers) : Int64(draws.int(0...20)))
            case .text: .text(draws.one(of: Self.texts))
            case .bytes:
                .bytes([UInt8](repeating: 0, count: 15) + [UInt8(draws.int(0...3))])
            case .halves: .halves(0, UInt64(draws.int(0...3)))
            }
        return Value(wire: wire) ?? Value.empty
    }

    mutating func field<Value: FieldScalar>(_ tag: Int, _ name: String, _ value: inout Value) {
        value = scalar()
    }
    mutating func field<Value: FieldScalar>(_ tag: Int, _ name: String, _ value: inout Value?) {
        value = draws.oneIn(3) ? nil : scalar()
    }
    mutating func field<Value: FieldScalar>(_ tag: Int, _ name: String, _ value: inout [Value]) {
        value = (0..<draws.int(0...3)).map { _ in scalar() }
    }
    mutating func field<Value: FieldRecord>(_ tag: Int, _ name: String, _ value: inout Value) {
        value = record()
    }
    mutating func field<Value: FieldRecord>(_ tag: Int, _ name: String, _ value: inout Value?) {
        value = draws.oneIn(3) ? nil : record()
    }
    mutating func field<Value: FieldRecord>(_ tag: Int, _ name: String, _ value: inout [Value]) {
        value = (0..<draws.int(0...3)).map { _ in record() }
    }
}
