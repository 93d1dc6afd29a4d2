import Events
import Synchronization

/// What was read of a request for translations, once for all families, attempts and answers.
///
/// A request that passes as it came needs none of it, so it is read when somebody asks. It takes up to a
/// kilobyte for each object of the body, so of a long body it is forgotten once an attempt has its words;
/// what is small of it stays: what each family loses, and what its answers have to have undone.
final class ReadingMemo: Sendable {
    /// The fields that are remembered of what a family loses; where there are more, they are found again.
    static let lossLimit = 256

    private struct State {
        var known: Result<RequestReading, RequestError>?
        var isForgotten = false
        /// What `known` takes of memory that others share.
        var room: (any AnyObject & Sendable)?
        var losses: [WireFamily: TranslationLosses] = [:]
        var restorations: [WireFamily: AnswerRestoration?] = [:]
    }

    private let state: Mutex<State>

    /// A memo of what was found while the request's facts were read; `nil` where that was nothing.
    init(_ known: RequestReading? = nil) {
        state = Mutex(State(known: known.map { .success($0) }))
    }

    /// What `read` gives, which is asked once, and after `forget` each time.
    func reading(
        _ read: () throws(RequestError) -> RequestReading
    ) throws(RequestError) -> RequestReading {
        let known = state.withLock { state -> Result<RequestReading, RequestError>? in
            if let known = state.known { return known }
            // Whoever reads for himself lets nobody wait for it.
            if state.isForgotten { return nil }
            let result = Self.result(of: read)
            state.known = result
            return result
        }
        return try (known ?? Self.result(of: read)).get()
    }

    private static func result(
        of read: () throws(RequestError) -> RequestReading
    ) -> Result<RequestReading, RequestError> {
        ReadingTally.count()
        do throws(RequestError) {
            return .success(try read())
        } catch {
            return .failure(error)
        }
    }

    /// What the request loses in a family, of a reading that is made where it isn't known.
    func losses(
        in family: WireFamily,
        of reading: () throws(RequestError) -> RequestReading
    ) throws(RequestError) -> TranslationLosses {
        if let known = state.withLock({ $0.losses[family] }) { return known }
        let losses = TranslationLosses(try reading().findings, in: family)
        if losses.obstacles.count + losses.dropped.count <= Self.lossLimit {
            state.withLock { $0.losses[family] = losses }
        }
        return losses
    }

    /// What has to be undone in answers of a family, of a conversation that is made where it isn't known;
    /// `nil` if nothing.
    func restoration(
        in family: WireFamily,
        of conversation: () throws(RequestError) -> Conversation
    ) throws(RequestError) -> AnswerRestoration? {
        if let known = state.withLock({ $0.restorations[family] }) { return known }
        let restoration = AnswerRestoration(of: try conversation(), for: family)
        state.withLock { _ = $0.restorations.updateValue(restoration, forKey: family) }
        return restoration
    }

    /// Whether a reading is kept.
    var isKept: Bool { state.withLock { $0.known != nil } }

    /// What the kept reading takes of memory that others share; `nil` where it is not counted.
    var room: (any AnyObject & Sendable)? { state.withLock { $0.room } }

    /// Has `room` be held for as long as the reading that is kept.
    func keep(holding room: any AnyObject & Sendable) {
        state.withLock { state in
            if state.known != nil { state.room = room }
        }
    }

    /// Keeps no reading from now on: who asks after this reads it for himself.
    func forget() {
        let forgotten = state.withLock { state in
            defer {
                state.known = nil
                state.room = nil
                state.isForgotten = true
            }
            return (state.known, state.room)
        }
        // Freed behind the lock: there may be a million parts.
        withExtendedLifetime(forgotten) {}
    }
}
