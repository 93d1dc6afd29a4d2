import ArgumentParser
import Queries
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
    func directory(_ settings: Settings) -> String {
        data ?? settings.log.directory ?? DataLocation.default(in: .process)
    }
}

/// Where a command that only reads finds the log.
struct ReadingOptions: ParsableArguments {
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
        let location = try DataLocation(
            named: dataOptions.data,
            configuration: config,
            in: .process
        )
        if let file = location.mistakenConfiguration {
            Output.errorText(
                "note: \(file) has mistakes, which `logway serve` names; "
                    + "reading \(location.directory), --data chooses another"
            )
        }
        return location.directory
    }

    /// Questions to the log in the directory, whose notices go to standard error.
    ///
    /// - Throws: as `directory()`.
    func queries() throws -> LogQueries {
        LogQueries(try directory()) { Output.errorText("note: \($0)") }
    }
}
