import EventLog
import Events
import Ledger
import Platform
import ProviderClients
import Providers

/// What a client was sent of an answer, where that is captured.
struct CapturedAnswer {
    /// `nil` where nothing is captured.
    private var bytes: [UInt8]?
    private var isOverLimit = false
    /// Whether the answer came to its end.
    var isWhole = false
    /// What it takes of the memory of all answers.
    private let held: HeldRoom

    init(isCaptured: Bool, in answers: MemoryRoom) {
        bytes = isCaptured ? [] : nil
        held = HeldRoom(of: answers)
    }

    /// Takes what was sent, as far as there is room: an answer is worth more than its copy.
    mutating func add(_ sent: [UInt8]) {
        guard let count = bytes?.count, !isOverLimit else { return }
        let new = min(sent.count, BodyRecorder.answerLimit - count)
        isOverLimit = new < sent.count
        if count + new > max(AnswerRoom.free, held.bytes) {
            do throws(NoRoom) {
                // An array that grows takes twice its bytes.
                try held.growNow(to: 2 * (count + new))
            } catch {
                isOverLimit = true
                return
            }
        }
        bytes?.append(contentsOf: sent.prefix(new))
    }

    /// The answer as it is captured.
    func body(of running: RunningRequest) -> CapturedBody? {
        bytes.map { bytes in
            CapturedBody(
                of: running.id,
                .answer,
                attempt: running.finished.last?.number ?? running.attempt?.number ?? 0,
                bytes: bytes,
                isWhole: isWhole && !isOverLimit
            )
        }
    }
}
