import ArgumentParser
import Gateway

/// The command `logway`.
struct LogwayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logway",
        abstract: "An LLM gateway that is a log: it can say why each request went where it did.",
        version: Gateway.version,
        subcommands: [
            ServeCommand.self, DemoCommand.self, ExplainCommand.self, RequestsCommand.self,
            LogCommand.self, ReplayCommand.self, ProvidersCommand.self, ReportCommand.self,
            ModelsCommand.self, BudgetCommand.self, BackupCommand.self,
        ]
    )
}
