import Events
import Foundation
import RouterState

/// The operator's word that the machine's clock is right: a file in the data directory, which the server
/// takes within a second, or at its next start.
///
/// Only one process writes to the log, so a command beside it can't.
public enum ClockConfirmation {
    /// How far the clock may have gone on since it was confirmed: another reading has to be confirmed
    /// again.
    static let lifetime = Duration.seconds(3_600)

    private static func file(in directory: String) -> URL {
        URL(filePath: directory + "/clock-confirmed")
    }

    /// Confirms the clock that a report doubts.
    ///
    /// - Returns: whether there was something to confirm.
    /// - Throws: `ClockCannotGoBack`; what writing the file throws.
    public static func give(in directory: String, for report: ClockReport) throws -> Bool {
        guard let doubt = report.doubt else { return false }
        guard report.isAhead else { throw ClockCannotGoBack(doubt: doubt) }
        try confirm(report.clock, in: directory)
        return true
    }

    static func confirm(_ clock: Timestamp, in directory: String) throws {
        let text = Data("\(clock.microseconds)\n".utf8)
        try text.write(to: file(in: directory), options: .atomic)
    }

    /// Whether a reading of the clock was confirmed; what was confirmed is forgotten.
    static func take(in directory: String, for clock: Timestamp) -> Bool {
        let file = file(in: directory)
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return false }
        // One that can't be removed would confirm again and again, so it confirms nothing.
        guard (try? FileManager.default.removeItem(at: file)) != nil,
            let confirmed = Int64(text.trimmingCharacters(in: .whitespacesAndNewlines))
        else { return false }
        let apart = clock.microseconds.subtractingClamped(confirmed)
        return apart.magnitude <= lifetime.microseconds.magnitude
    }
}

/// A clock behind the log's time was to be confirmed.
public struct ClockCannotGoBack: Error, CustomStringConvertible {
    let doubt: String

    /// Says why it can't be.
    public var description: String { "the log's time can't go back: \(doubt)" }
}
