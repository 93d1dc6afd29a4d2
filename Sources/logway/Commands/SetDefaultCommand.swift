import ArgumentParser
import Foundation
import Settings

/// `logway providers set-default`.
struct SetDefaultCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set-default",
        abstract: "Makes a provider the first one that requests for `auto` go to.",
        discussion: """
            Writes the configuration: the provider gets priority 1, the others keep their order \
            behind it, and it moves to the front of the chain in force if the file has one. \
            Comments and everything else stay as they are. A running gateway is to be restarted.
            """
    )

    @OptionGroup var configuration: ConfigurationOptions
    @Argument(help: "The provider's name in the configuration.")
    var name: String
    @Flag(name: .long, help: "Prints JSON.")
    var json = false

    func run() async throws {
        guard let file = configuration.file else {
            throw CommandError("there is no configuration to write; make a logway.yaml first")
        }
        let (_, catalog) = try await configuration.provider(named: name)
        let environment = ProcessInfo.processInfo.environment
        let url = URL(filePath: file).resolvingSymlinksInPath()
        let text = try String(contentsOf: url, encoding: .utf8)
        let edited = try SettingsEdit.makingDefault(
            name,
            in: text,
            file: file,
            environment: environment,
            catalog: catalog
        )
        if edited != text {
            let permissions = try FileManager.default.attributesOfItem(atPath: url.path)[
                .posixPermissions
            ]
            try Data(edited.utf8).write(to: url, options: .atomic)
            if let permissions {
                // A file that holds keys must not become readable.
                try FileManager.default.setAttributes(
                    [.posixPermissions: permissions],
                    ofItemAtPath: url.path
                )
            }
        }
        if json {
            Output.line(JSONText.object(["default": .text(name), "file": .text(file)]))
        } else if edited == text {
            Output.line("\(name) is the first already")
        } else {
            Output.line("\(name) is the first now, in \(file); restart `logway serve`")
        }
    }
}
