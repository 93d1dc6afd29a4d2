import ArgumentParser
import Gateway
import JSONBytes
import ProviderClients
import Queries
import Settings

/// `logway providers test`.
struct ProviderTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Checks a provider live, step by step.",
        discussion: """
            Asks the provider itself, beside a running gateway or without one: connection, key, \
            models, then one streamed completion of a few tokens with its usage and limits. What \
            costs money is asked with --paid only. Exit code 3 if a step fails.
            """
    )

    @OptionGroup var configuration: ConfigurationOptions
    @Argument(help: "The provider's name in the configuration.")
    var name: String
    @Option(name: .long, help: "The model to ask. Default: the provider's default model.")
    var model: String?
    @Flag(name: .long, help: "Asks for the completion even if it costs money.")
    var paid = false
    @Flag(name: .long, help: "Prints JSON.")
    var json = false

    func run() async throws {
        let found = try await configuration.read()
        let provider = try found.provider(named: name)
        var steps: [CheckStep] = []
        let passed = try await ProviderCheck.run(
            provider,
            model: model,
            catalog: found.catalog,
            allowsCost: paid,
            trustedCertificatesFile: found.settings.trustedCertificatesFile
        ) { step in
            steps.append(step)
            if !json { Output.checkStep(step) }
        }
        if json {
            Output.line(
                JSONWriter.text { check in
                    check.member("passed", passed)
                    check.member("provider", name)
                    check.array("steps") { list in
                        for step in steps { list.object { step.write(to: &$0) } }
                    }
                }
            )
        }
        if !passed {
            throw CheckFailed(message: json ? nil : "provider `\(name)` can't be used as it is")
        }
    }
}
