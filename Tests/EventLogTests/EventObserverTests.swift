import Dispatch
import EventLog
import Events
import Synchronization
import TestSupport
import Testing

/// docs/decisions/0059: what observers of a log hear.
@Suite("Observers of the log")
struct EventObserverTests {
    /// What orders events, as the ledger does: they are offered under its lock, observers are woken outside.
    private final class Source: Sendable {
        private struct State {
            var last: UInt64 = 0
            var observers: [EventObserver] = []
        }

        private let state = Mutex(State())

        @discardableResult
        func add(_ observer: EventObserver) -> UInt64 {
            state.withLock { state in
                state.observers.append(observer)
                return state.last
            }
        }

        func append(_ count: Int = 1) {
            let observers = state.withLock { state in
                for _ in 0..<count {
                    state.last += 1
                    let event = EventObserverTests.event(state.last)
                    for observer in state.observers {
                        observer.offer(event.body, at: event.time, sequence: state.last)
                    }
                }
                return state.observers
            }
            for observer in observers { observer.wake() }
        }
    }

    /// An observer that remembers, and that can be held at the first thing it hears.
    private final class Ear: Sendable {
        let heard = Mutex<[EventObserver.Observation]>([])
        let hasBegun = Latch()
        let goesOn = Latch()

        func observer(
            limit: Int,
            isHeld: Bool = false,
            wants: @escaping @Sendable (EventBody) -> Bool = { _ in true }
        ) -> EventObserver {
            if !isHeld { goesOn.open() }
            return EventObserver("ear", limit: limit, wants: wants) { [self] observation in
                heard.withLock { $0.append(observation) }
                hasBegun.open()
                goesOn.block()
            }
        }

        var all: [EventObserver.Observation] { heard.withLock { $0 } }
    }

    static func event(_ sequence: UInt64) -> Event {
        EventLogTests.event(Int(sequence), at: Timestamp(microseconds: Int64(sequence)))
    }

    static func heard(_ sequences: ClosedRange<UInt64>) -> [EventObserver.Observation] {
        sequences.map { .event(event($0), sequence: $0) }
    }

    @Test func `what many threads append is heard by each observer once, in order`() {
        let source = Source()
        let ears = [Ear(), Ear()]
        let observers = ears.map { $0.observer(limit: 4_000) }
        for observer in observers { source.add(observer) }
        DispatchQueue.concurrentPerform(iterations: 8) { thread in
            for count in 0..<100 { source.append(1 + (thread + count) % 5) }
        }
        for (ear, observer) in zip(ears, observers) {
            observer.drain()
            #expect(ear.all == Self.heard(1...2_400))
        }
    }

    @Test func `who is overtaken is told of what, and hears what lies behind it`() async {
        let source = Source()
        let ear = Ear()
        let observer = ear.observer(limit: 4, isHeld: true)
        source.add(observer)
        source.append()
        await ear.hasBegun.wait()
        // Four find room, six do not.
        source.append(7)
        source.append(3)
        ear.goesOn.open()
        observer.drain()
        source.append(2)
        observer.drain()
        #expect(ear.all == Self.heard(1...5) + [.missed(6...11)] + Self.heard(12...13))
    }

    @Test func `what is heard and what is missed are all of it, however fast it comes`() {
        let source = Source()
        let ear = Ear()
        let observer = ear.observer(limit: 3)
        source.add(observer)
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            for _ in 0..<500 { source.append(2) }
        }
        observer.drain()
        var next: UInt64 = 1
        for observation in ear.all {
            switch observation {
            case .event(let event, let sequence):
                #expect(sequence == next)
                #expect(event == Self.event(sequence))
                next = sequence + 1
            case .missed(let range):
                #expect(range.lowerBound == next)
                next = range.upperBound + 1
            }
        }
        #expect(next == 4_001)
    }

    @Test func `only what is wanted is heard, takes room and is missed`() async {
        let source = Source()
        let ear = Ear()
        let observer = ear.observer(limit: 2, isHeld: true) { body in
            guard case .feedbackReceived(let feedback) = body else { return false }
            return feedback.score % 3 == 0
        }
        source.add(observer)
        source.append(5)
        await ear.hasBegun.wait()
        source.append(16)
        ear.goesOn.open()
        observer.drain()
        let heard = [3, 6, 9].flatMap { Self.heard($0...$0) }
        #expect(ear.all == heard + [.missed(12...21)])
    }

    @Test func `who comes later hears what is appended from then on`() {
        let source = Source()
        source.append(5)
        let ear = Ear()
        let observer = ear.observer(limit: 10)
        #expect(source.add(observer) == 5)
        source.append(2)
        observer.drain()
        #expect(ear.all == Self.heard(6...7))
    }
}
