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
    func directory(_ settings: Settings?) -> String {
        data ?? settings?.log.directory ?? Self.usual(ProcessInfo.processInfo.environment)
    }

    /// The directory where neither an option nor a configuration names one.
    static func usual(_ environment: [String: String]) -> String {
        if let directory = environment["LOGWAY_DATA"], !directory.isEmpty { return directory }
        if let folder = environment["XDG_DATA_HOME"], folder.hasPrefix("/") {
            return folder + "/logway"
        }
        return (environment["HOME"] ?? ".") + "/.local/share/logway"
    }
}

/// Where a command that only reads finds the log.
///
/// Such a command wants one key of the configuration, so what else is wrong there must not stop it.
struct ReadingOptions: ParsableArguments {
    /// What stands for a variable that is not set.
    private static let placeholder = "logway-variable-not-set"

    @OptionGroup var dataOptions: DataOptions
    @Option(
        name: .long,
        help:
            "The configuration that names the data directory. Default: ./logway.yaml, then ~/.config/logway/logway.yaml."
    )
    var config: String?

    /// The directory: the option, else the configuration's, else the usual one.
    ///
    /// - Throws: `SettingsError` if a configuration that was asked for can't be read.
    func directory() throws -> String {
        guard dataOptions.data == nil,
            let file = Settings.file(
                given: config,
                workingDirectory: FileManager.default.currentDirectoryPath,
                environment: ProcessInfo.processInfo.environment
            )
        else { return dataOptions.directory(nil) }
        do {
            if let settings = try Self.settings(namingDirectory: file) {
                return dataOptions.directory(settings)
            }
        } catch SettingsError.unreadable(let file, let reason) where config != nil {
            throw SettingsError.unreadable(file: file, reason: reason)
        } catch is SettingsError {}
        let directory = dataOptions.directory(nil)
        Output.errorText(
            "note: \(file) has mistakes, which `logway serve` names; "
                + "reading \(directory), --data chooses another"
        )
        return directory
    }

    /// The directory that a command reads which is given no options, in this folder.
    ///
    /// $LOGWAY_DATA is left out: it may have been set for this process alone.
    static func directoryWithoutOptions() throws -> String {
        var environment = ProcessInfo.processInfo.environment
        let file = Settings.file(
            given: nil,
            workingDirectory: FileManager.default.currentDirectoryPath,
            environment: environment
        )
        environment["LOGWAY_DATA"] = nil
        let usual = DataOptions.usual(environment)
        do {
            return try file.flatMap { try settings(namingDirectory: $0) }?.log.directory ?? usual
        } catch is SettingsError {
            return usual
        }
    }

    /// The settings of a file; `nil` if its directory hangs on a variable that is not set.
    private static func settings(namingDirectory file: String) throws -> Settings? {
        let settings = try settings(file)
        return settings.log.directory?.contains(placeholder) == true ? nil : settings
    }

    /// The settings of a file; variables that are not set, such as keys that only the server is
    /// given, are no mistake here.
    static func settings(_ file: String) throws -> Settings {
        var environment = ProcessInfo.processInfo.environment
        let text = (try? String(contentsOf: URL(filePath: file), encoding: .utf8)) ?? ""
        for match in text.matches(of: /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/) {
            let name = String(match.output.1)
            if environment[name]?.isEmpty ?? true { environment[name] = placeholder }
        }
        return try Settings(file: file, environment: environment, catalog: try Catalog.shipped)
    }
}
