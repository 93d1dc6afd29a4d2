import ArgumentParser
import Events
import Queries
import Reporting

/// `logway providers`.
struct ProvidersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "providers",
        abstract: "Shows the providers and how they are doing, and checks them.",
        subcommands: [
            ListCommand.self, StatusCommand.self, QuotaCommand.self, ProviderTestCommand.self,
            SetDefaultCommand.self,
        ],
        defaultSubcommand: StatusCommand.self
    )

    /// What the subcommands on the log take.
    struct Options: ParsableArguments {
        @OptionGroup var readingOptions: ReadingOptions
        @OptionGroup var atOption: AtOption
        @Flag(name: .long, help: "Prints JSON.")
        var json = false

        /// The status that the log tells of, now or at the instant.
        func status() throws -> ProviderStatus {
            try readingOptions.queries().providers(at: atOption.time, now: .wallClock)
        }
    }

    /// `logway providers list`.
    struct ListCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Lists the providers in force and their models."
        )

        @OptionGroup var options: Options

        func run() throws {
            let status = try options.status()
            if options.json { Output.line(status.json) } else { Output.write(status.list) }
        }
    }

    /// `logway providers quota`.
    struct QuotaCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "quota",
            abstract: "Shows how much of the providers' quotas is used, and when they reset."
        )

        @OptionGroup var options: Options

        func run() throws {
            let queries = try options.readingOptions.queries()
            let status = try queries.quotas(at: options.atOption.time, now: .wallClock)
            if options.json { Output.line(status.json) } else { Output.write(status.text) }
        }
    }

    /// `logway providers status`.
    struct StatusCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status",
            abstract: "Shows uptime, latency, error rate and breakers of the last 24 hours."
        )

        @OptionGroup var options: Options
        @Flag(name: .long, help: "Adds connections, recent failures and fields left out.")
        var detailed = false

        func run() throws {
            let status = try options.status()
            if options.json {
                Output.line(status.json)
            } else {
                let details =
                    detailed
                    ? status.lanes + status.connections + status.recentFailures
                        + status.fieldsLeftOut : ""
                Output.status(status.text + details)
            }
        }
    }
}
