import Events
import Logging

/// Logs lines to standard error: time, level, message, and what belongs to it.
struct StandardErrorLog: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let time = Timestamp.wallClock
        let extra = metadata.merging(event.metadata ?? [:]) { _, new in new }
            .sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        Output.errorText("\(time) \(event.level) \(event.message)\(extra)")
    }
}

extension Logger {
    /// The logger of the process.
    static let standardError = Logger(label: "logway") { _ in StandardErrorLog() }
}
