import ArgumentParser
import Events
import Foundation
import Reporting
import RouterState

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

    /// What both subcommands take.
    struct Options: ParsableArguments {
        @OptionGroup var readingOptions: ReadingOptions
        @OptionGroup var atOption: AtOption
        @Flag(name: .long, help: "Prints JSON.")
        var json = false

        /// The state that the log tells of, and the time to look at it: now or the instant.
        func state() throws -> (RouterState, Timestamp) {
            let queries = try LogQueries(readingOptions.directory())
            let state = try queries.state(at: atOption.time)
            let now = Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
            return (state, atOption.time ?? max(now, state.time))
        }

        /// The status that the log tells of, now or at the instant.
        func status() throws -> ProviderStatus {
            let (state, time) = try state()
            return ProviderStatus(state, at: time)
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
            if options.json { Output.line(try status.json) } else { Output.write(status.list) }
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
            let (state, time) = try options.state()
            let status = QuotaStatus(state, at: time)
            if options.json { Output.line(try status.json) } else { Output.write(status.text) }
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
                Output.line(try status.json)
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
