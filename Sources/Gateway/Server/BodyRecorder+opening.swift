import EventLog
import Events
import Ledger
import Logging
import Platform
import Settings
import WriteAheadLog

extension BodyRecorder {
    /// Opens the log of bodies if the settings ask for it.
    ///
    /// One that can't be opened is told of and left alone: requests are served without it.
    static func open(
        _ settings: LogSettings,
        beside ledger: Ledger,
        keys: Redaction,
        fileSystem: any FileSystem,
        logger: Logger
    ) async throws -> BodyRecorder? {
        guard settings.capture == .bodies else { return nil }
        do {
            let directory = ledger.directory
            let log = try await BlockingWork.run {
                try BodyLog(in: directory, fileSystem: fileSystem)
            }
            return BodyRecorder(
                log,
                keys: keys,
                shortage: { ledger.shortage },
                notice: { logger.warning("\($0)") }
            )
        } catch let error as LogError {
            logger.error("texts of requests are not kept, the requests go on: \(error)")
            return nil
        }
    }
}
