import Events
import Logging

/// Takes secrets out of every line of the log for operators, before whoever writes the lines sees it.
struct RedactedLog: LogHandler {
    private var inner: any LogHandler
    private let redaction: Redaction

    init(_ inner: any LogHandler, without redaction: Redaction) {
        self.inner = inner
        self.redaction = redaction
    }

    var metadata: Logger.Metadata {
        get { inner.metadata }
        set { inner.metadata = newValue.mapValues { redacted($0) } }
    }

    var metadataProvider: Logger.MetadataProvider? {
        get { inner.metadataProvider }
        set { inner.metadataProvider = newValue }
    }

    var logLevel: Logger.Level {
        get { inner.logLevel }
        set { inner.logLevel = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { inner[metadataKey: key] }
        set { inner[metadataKey: key] = newValue.map { redacted($0) } }
    }

    func log(event: LogEvent) {
        var event = event
        event.message = "\(redaction.masked(event.message.description))"
        event.metadata = event.metadata?.mapValues { redacted($0) }
        inner.log(event: event)
    }

    private func redacted(_ value: Logger.Metadata.Value) -> Logger.Metadata.Value {
        .string(redaction.masked("\(value)"))
    }
}

extension Logger {
    /// The same logger, whose lines hold no secret.
    func without(_ redaction: Redaction) -> Logger {
        let handler = handler
        return Logger(label: label) { _ in RedactedLog(handler, without: redaction) }
    }
}
