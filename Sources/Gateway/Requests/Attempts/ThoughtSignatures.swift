import Providers
import Synchronization

/// Gemini's signatures of calls, by the ids that clients know the calls by, kept until as many others came.
///
/// They are no part of the log: who starts over sends the word that Google documents for calls whose
/// signature is lost, and the model thinks again.
final class ThoughtSignatures: Sendable {
    /// How many are kept: the calls of some hundred long sessions.
    static let countLimit = 4_096
    /// The bytes of one with its call's id, of which Gemini's have a few thousand; a longer one is not
    /// kept.
    static let lengthLimit = 64 << 10

    private struct State {
        var kept: [String: String] = [:]
        /// The ids in a ring, of which `oldest` goes next.
        var ring: [String] = []
        var oldest = 0
    }

    private let state = Mutex(State())

    /// The signature that came with a call; `nil` where there was none, or it is gone.
    subscript(callID: String) -> String? { state.withLock { $0.kept[callID] } }

    /// Keeps signatures in the place of the oldest.
    func keep(_ signatures: [CallSignature]) {
        guard !signatures.isEmpty else { return }
        state.withLock { state in
            for signed in signatures
            where signed.signature.utf8.count + signed.callID.utf8.count <= Self.lengthLimit {
                if state.kept.updateValue(signed.signature, forKey: signed.callID) != nil {
                    continue
                }
                if state.ring.count < Self.countLimit {
                    state.ring.append(signed.callID)
                    continue
                }
                state.kept[state.ring[state.oldest]] = nil
                state.ring[state.oldest] = signed.callID
                state.oldest = (state.oldest + 1) % Self.countLimit
            }
        }
    }
}
