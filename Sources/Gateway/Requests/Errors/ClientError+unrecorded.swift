import Events
import Providers
import WriteAheadLog

extension ClientError {
    /// The error when the log can't take the request; nothing happens that is not recorded.
    init(unrecorded error: LogError, id: Events.RequestID) {
        let refusal = error.refusal
        self.init(
            status: refusal.status,
            code: refusal.code,
            message: refusal.message,
            requestID: id.description
        )
    }
}

extension LogError {
    /// What a client is told whose request the log can't take.
    var refusal: (status: Int, code: String, message: String) {
        switch self {
        case .diskFull, .noRoom:
            (
                507, "log_full",
                "the log's disk is full; once the operator has freed space, requests are taken again"
            )
        default: (503, "log_unavailable", "the request can't be recorded, so it is not served")
        }
    }
}
