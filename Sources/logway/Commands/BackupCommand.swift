import ArgumentParser
import EventLog
import Foundation
import WriteAheadLog

/// `logway backup`.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copies the data directory into another one, beside a running server.",
        discussion: """
            The copy holds what was durable when the command began. It is synced, read back and \
            verified. Called again for the same directory it copies only what is new, and never \
            replaces a longer or another log. The copy is a data directory: `logway serve --data`, \
            `logway log verify --data` and every other command take it.
            """
    )

    @Argument(help: "The directory that takes the copy; made if it is not there.")
    var target: String
    @OptionGroup var readingOptions: ReadingOptions
    @Flag(name: .long, help: "Prints JSON.")
    var json = false

    /// A smaller log is copied before a bar could be read.
    private static let barFrom = 64 << 20

    func run() throws {
        let directory = try readingOptions.directory()
        var bar = ProgressBar(total: 100)
        let backup = try DataBackup.run(from: directory, to: target) { done, total in
            guard total > Self.barFrom else { return }
            bar.show(done * 100 / total, note: "% copied and checked")
        }
        Output.write(json ? BackupText(backup).json + "\n" : BackupText(backup).text)
    }
}
