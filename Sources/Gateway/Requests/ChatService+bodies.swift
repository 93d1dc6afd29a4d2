import EventLog
import Events
import Ledger
import Platform
import ProviderClients
import Providers

/// What a client was sent of a stream, where it is kept.
struct SentAnswer {
    /// Nil where nothing is kept.
    private var bytes: [UInt8]?
    private var isOverLimit = false
    /// Whether the stream came to its end.
    var isWhole = false
    /// What it takes of the memory of all answers.
    private let held: HeldRoom

    init(isKept: Bool, in answers: MemoryRoom) {
        bytes = isKept ? [] : nil
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

    /// The answer as it is kept.
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

extension ChatService {
    /// Keeps what a client asked.
    func keepRequest(of running: RunningRequest) {
        // Pictures, recordings and files are no text.
        guard running.client.passage == nil else { return }
        bodies?.keep(
            CapturedBody(of: running.id, .request, bytes: running.client.body),
            at: ledger.now
        )
    }

    /// Keeps what a client was sent whole.
    func keepAnswer(_ bytes: [UInt8], of running: RunningRequest) {
        var sent = SentAnswer(isKept: bodies != nil, in: attempts.answers)
        sent.add(bytes)
        sent.isWhole = true
        keep(sent, of: running)
    }

    /// Keeps what a client was sent of a stream.
    func keep(_ sent: SentAnswer, of running: RunningRequest) {
        guard let bodies, let body = sent.body(of: running) else { return }
        bodies.keep(body, at: ledger.now)
    }
}
