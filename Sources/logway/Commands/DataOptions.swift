import ArgumentParser
import Catalog
import Foundation
import Settings

/// Where the log is.
struct DataOptions: ParsableArguments {
    @Option(
        name: .long,
        help:
            "The data directory. Default: log.directory of the configuration, $LOGWAY_DATA, or ~/.local/share/logway."
    )
    var data: String?

    /// The directory: the option, else the configuration's, else the usual one.
    func directory(_ settings: Settings? = nil) throws -> String {
        if let data { return data }
        let environment = ProcessInfo.processInfo.environment
        if let directory = settings?.log.directory { return directory }
        if settings == nil,
            let file = Settings.file(
                given: nil,
                workingDirectory: FileManager.default.currentDirectoryPath,
                environment: environment
            ),
            let directory = try Settings(
                file: file,
                environment: environment,
                catalog: try Catalog.shipped
            ).log.directory
        {
            return directory
        }
        if let directory = environment["LOGWAY_DATA"], !directory.isEmpty { return directory }
        if let folder = environment["XDG_DATA_HOME"], folder.hasPrefix("/") {
            return folder + "/logway"
        }
        return (environment["HOME"] ?? ".") + "/.local/share/logway"
    }
}
