import Synchronization

/// What happens to a log that goes on: for the operator.
public enum LogNotice: Equatable, Sendable {
    /// The next segment can't be made yet; it is tried again.
    case cannotPrepare(LogError)
    /// It is made after all.
    case prepared
    /// A small file beside the segments was removed under the writer, and is there again.
    case renewed(path: String)
    /// Whether the log's files are still in their places can't be seen; it is tried again.
    case cannotLook(LogError)
}

extension LogNotice: CustomStringConvertible {
    /// What happened, and what to do.
    public var description: String {
        switch self {
        case .cannotPrepare(let error):
            "\(error)"
        case .prepared:
            "the log's next segment is made; requests are recorded as before"
        case .renewed(let path):
            "\(path) was removed while this process writes the log, and is recreated;"
                + " leave it to the process that holds it"
        case .cannotLook(let error):
            "the log can't see whether its files are still in their places; it goes on in the files that"
                + " are open, and looks again: \(error)"
        }
    }
}

/// Who wants to hear of a log's notices.
final class NoticeBoard: Sendable {
    private let handlers = Mutex<[@Sendable (LogNotice) -> Void]>([])

    func onNotice(_ handler: @escaping @Sendable (LogNotice) -> Void) {
        handlers.withLock { $0.append(handler) }
    }

    func tell(_ notice: LogNotice) {
        for handler in handlers.withLock({ $0 }) { handler(notice) }
    }
}
