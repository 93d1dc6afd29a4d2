import Synchronization

/// What the process holds for clients and requests, counted where it is made and where it goes.
///
/// Whatever ends a request must give all of it back; `GET /healthz?detailed` shows the counts to
/// operators, and to the test that ends thousands of requests in every way.
public enum Held: Int, CaseIterable, Sendable {
    /// Connections of clients.
    case connections
    /// Watches of connections, with what they cancel.
    case watches
    /// Timers that keep silent streams alive.
    case keepAlives
    /// Keepers of what streamed attempts reserve, with their clocks.
    case reservationKeepers
    /// Streams on their way to clients.
    case streams

    private static let counts = Counts()

    /// How many there are.
    public var count: Int { Self.counts[self].load(ordering: .relaxed) }

    fileprivate func add(_ difference: Int) {
        Self.counts[self].wrappingAdd(difference, ordering: .relaxed)
    }

    /// The name under which it is shown.
    public var name: String { "\(self)" }

    private struct Counts: ~Copyable, Sendable {
        let connections = Atomic(0)
        let watches = Atomic(0)
        let keepAlives = Atomic(0)
        let reservationKeepers = Atomic(0)
        let streams = Atomic(0)

        subscript(kind: Held) -> Atomic<Int> {
            _read {
                switch kind {
                case .connections: yield connections
                case .watches: yield watches
                case .keepAlives: yield keepAlives
                case .reservationKeepers: yield reservationKeepers
                case .streams: yield streams
                }
            }
        }
    }
}

/// Counts the object that holds it for as long as that lives.
public struct Counted: ~Copyable, Sendable {
    private let kind: Held

    /// Counts one more of a kind.
    public init(_ kind: Held) {
        self.kind = kind
        kind.add(1)
    }

    deinit { kind.add(-1) }
}
