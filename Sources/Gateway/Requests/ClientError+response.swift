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

extension ProviderFailure {
    /// The failure of an attempt that was to be durable first, and is not.
    init(unsettled error: LogError) {
        self.init(.ownShortage, "the attempt's start is not durable: \(error)")
    }

    /// The failure of an attempt that Logway itself ended.
    static func stopped(clientGone: Bool) -> ProviderFailure {
        clientGone
            ? ProviderFailure(.clientGone, "the client hung up")
            : ProviderFailure(.interrupted, "Logway is stopping")
    }
}
