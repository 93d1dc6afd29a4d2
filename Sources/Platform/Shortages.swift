import Synchronization

/// What the process ran short of: told on standard error once in a while, however many requests it met,
/// and by `/readyz` for as long as it lasts.
///
/// Only what nobody can be served without makes the gateway unready: the rest keeps out some requests,
/// perhaps of one client, and whoever sends too much must not take it from all others.
public final class Shortages: Sendable {
    /// What there is too little of.
    public enum Kind: CaseIterable, Sendable {
        /// Descriptors or memory of the system.
        case system
        /// Local ports towards one address.
        case ports
        /// Connections of clients.
        case connections
        /// Memory for bodies of requests.
        case bodies
        /// Memory for answers.
        case answers

        /// What nobody can be served without.
        public static let ofAll: Set<Kind> = [.system]
        /// What some requests can be served without.
        public static let ofSome = Set(allCases).subtracting(ofAll)
    }

    /// When a client that was refused for one may try again: most pass with the requests under way.
    public static let retryAfterSeconds = 2
    /// How long a shortage counts as going on after it was last met, and how often it is told.
    static let quiet: Int64 = 10_000_000

    private struct Met {
        var last: Int64
        var told: Int64
        /// How often it was met since it was told.
        var untold = 0
        var words: String
    }

    private let met = Mutex<[Kind: Met]>([:])
    private let notice: @Sendable (String) -> Void

    /// Nothing is short yet.
    ///
    /// - Parameter notice: tells the operator.
    public init(notice: @escaping @Sendable (String) -> Void) { self.notice = notice }

    /// Notes that one was met; `now` is on the monotonic clock, in microseconds.
    public func note(_ kind: Kind, _ words: String, at now: Int64 = Clocks.monotonicMicroseconds) {
        let told = met.withLock { met -> String? in
            guard var known = met[kind], now - known.told < Self.quiet else {
                let before = met[kind]?.untold ?? 0
                met[kind] = Met(last: now, told: now, words: words)
                return before == 0 ? words : "\(words) (and \(before) times more before)"
            }
            known.last = now
            known.untold += 1
            known.words = words
            met[kind] = known
            return nil
        }
        if let told { notice(told) }
    }

    /// What was met lately of some kinds, newest first; `nil` where nothing was.
    public func current(
        of kinds: Set<Kind> = Set(Kind.allCases),
        at now: Int64 = Clocks.monotonicMicroseconds
    ) -> String? {
        let words = met.withLock { met in
            met.filter { kinds.contains($0.key) && now - $0.value.last < Self.quiet }
                .map(\.value).sorted { $0.last > $1.last }.map(\.words)
        }
        return words.isEmpty ? nil : words.joined(separator: "; ")
    }
}
