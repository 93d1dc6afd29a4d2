import ArgumentParser
import JSONBytes
import Queries

/// `logway providers set-default`.
struct SetDefaultCommand: ParsableCommand {
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

    func run() throws {
        let (file, isChanged) = try EffectiveConfiguration.makeDefault(
            name,
            configuration: configuration.config,
            in: .process
        )
        if json {
            Output.line(
                JSONWriter.text { object in
                    object.member("default", name)
                    object.member("file", file)
                }
            )
        } else if isChanged {
            Output.line("\(name) is the first now, in \(file); restart `logway serve`")
        } else {
            Output.line("\(name) is the first already")
        }
    }
}
