import Providers

/// What an attempt gives first.
///
/// Only a failure leads to another attempt: behind the other two nothing else can be asked any more.
enum FirstResponse: Sendable {
    /// The complete answer is there.
    case complete(Answer, AttemptResult)
    /// The first content of a stream has come.
    case streaming(UpstreamStream)
    /// There is no answer, and nothing was sent to the client.
    case failed(AttemptResult)

    /// Notes that the provider refused the client's own API before.
    mutating func note(refused status: Int?) {
        switch self {
        case .complete(let answer, var result):
            result.note(refused: status)
            self = .complete(answer, result)
        case .streaming(var stream):
            stream.refusedStatus = status
            self = .streaming(stream)
        case .failed: break
        }
    }
}
