import ArgumentParser

/// `logway demo`.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "demo", abstract: "Demo.")
    func run() async throws { throw CommandError("not here yet") }
}
