import EventLog
import Events
import Ledger
import Platform
import Providers

/// Captures the texts of requests and answers, where the operator wants them.
struct BodyCapture: Sendable {
    let ledger: Ledger
    /// Where they are kept; `nil` where they are not.
    let recorder: BodyRecorder?
    /// The memory that all answers share.
    let answers: MemoryRoom

    /// Captures what a client asked.
    func captureRequest(of running: RunningRequest) {
        // Pictures, recordings and files are no text.
        guard running.client.passage == nil else { return }
        recorder?.capture(
            CapturedBody(of: running.id, .request, bytes: running.client.body),
            at: ledger.now
        )
    }

    /// What a client was sent of an answer that begins now: nothing yet.
    func newAnswer() -> CapturedAnswer {
        CapturedAnswer(isCaptured: recorder != nil, in: answers)
    }

    /// Captures an answer that a client was sent complete.
    func captureComplete(_ bytes: [UInt8], of running: RunningRequest) {
        var answer = newAnswer()
        answer.add(bytes)
        answer.isWhole = true
        capture(answer, of: running)
    }

    /// Captures what a client was sent of an answer.
    func capture(_ answer: CapturedAnswer, of running: RunningRequest) {
        guard let recorder, let body = answer.body(of: running) else { return }
        recorder.capture(body, at: ledger.now)
    }
}
