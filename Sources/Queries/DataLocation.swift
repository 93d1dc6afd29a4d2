import Catalog
import Foundation
import Settings

/// What of a process decides where its files are: its variables and its folder.
public struct QueryEnvironment: Sendable {
    /// The environment's variables by name.
    public var variables: [String: String]
    /// The folder that relative paths begin in.
    public var workingDirectory: String

    /// An environment from its parts.
    public init(variables: [String: String], workingDirectory: String) {
        self.variables = variables
        self.workingDirectory = workingDirectory
    }

    /// That of this process.
    public static var process: QueryEnvironment {
        QueryEnvironment(
            variables: ProcessInfo.processInfo.environment,
            workingDirectory: FileManager.default.currentDirectoryPath
        )
    }

    /// The configuration's file: the given one, else the usual one; `nil` if there is none.
    public func configurationFile(_ given: String?) -> String? {
        Settings.file(given: given, workingDirectory: workingDirectory, environment: variables)
    }

    /// What stands for a variable that is not set, in settings for readers.
    fileprivate static let placeholder = "logway-variable-not-set"

    /// The settings of a file for what only reads; variables that are not set, such as keys that only
    /// the server is given, are no mistake here.
    ///
    /// - Throws: `SettingsError` if the file can't be read or is wrong.
    func settingsForReading(_ file: String) throws -> Settings {
        var variables = variables
        let text = (try? String(contentsOf: URL(filePath: file), encoding: .utf8)) ?? ""
        for match in text.matches(of: /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/) {
            let name = String(match.output.1)
            if variables[name]?.isEmpty ?? true { variables[name] = Self.placeholder }
        }
        return try Settings(file: file, environment: variables, catalog: try Catalog.shipped)
    }
}

/// Where the log is, for what only reads it.
///
/// Such a reader wants one key of the configuration, so what else is wrong there must not stop it.
public struct DataLocation: Hashable, Sendable {
    /// The data directory.
    public let directory: String
    /// A configuration that has mistakes and was passed over; `nil` if there is none.
    public let mistakenConfiguration: String?

    /// The directory: the one that is named, else the configuration's, else the usual one.
    ///
    /// - Parameters:
    ///   - named: the directory, if it is named.
    ///   - configuration: the configuration's file; `nil` takes the usual one if there is one.
    ///   - environment: where the usual ones are.
    /// - Throws: `SettingsError.unreadable` if a configuration that is named can't be read.
    public init(
        named: String? = nil,
        configuration: String? = nil,
        in environment: QueryEnvironment
    ) throws {
        guard named == nil, let file = environment.configurationFile(configuration) else {
            directory = named ?? Self.default(in: environment)
            mistakenConfiguration = nil
            return
        }
        var settings: Settings?
        do {
            settings = try Self.settings(file, in: environment)
        } catch SettingsError.unreadable(let file, let reason) where configuration != nil {
            throw SettingsError.unreadable(file: file, reason: reason)
        } catch is SettingsError {}
        directory = settings?.log.directory ?? Self.default(in: environment)
        mistakenConfiguration = settings == nil ? file : nil
    }

    /// The directory where neither a user nor a configuration names one.
    public static func `default`(in environment: QueryEnvironment) -> String {
        let variables = environment.variables
        if let directory = variables["LOGWAY_DATA"], !directory.isEmpty { return directory }
        if let folder = variables["XDG_DATA_HOME"], folder.hasPrefix("/") {
            return folder + "/logway"
        }
        return (variables["HOME"] ?? ".") + "/.local/share/logway"
    }

    /// The directory that is read in this environment where nothing is named.
    ///
    /// $LOGWAY_DATA is left out: it may have been set for this process alone.
    public static func withoutOptions(in environment: QueryEnvironment) throws -> String {
        var plain = environment
        plain.variables["LOGWAY_DATA"] = nil
        let standard = Self.default(in: plain)
        do {
            return try environment.configurationFile(nil)
                .flatMap { try settings($0, in: environment) }?.log.directory ?? standard
        } catch is SettingsError {
            return standard
        }
    }

    /// The settings of a file; `nil` if its directory hangs on a variable that is not set.
    private static func settings(
        _ file: String,
        in environment: QueryEnvironment
    ) throws -> Settings? {
        let settings = try environment.settingsForReading(file)
        let isKnown = settings.log.directory?.contains(QueryEnvironment.placeholder) != true
        return isKnown ? settings : nil
    }
}
