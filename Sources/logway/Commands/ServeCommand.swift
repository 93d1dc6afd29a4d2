import ArgumentParser
import Foundation
import Gateway
import Glibc
import Ledger
import Logging
import Queries
import Settings

/// `logway serve`.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Runs the gateway in the foreground.",
        discussion: """
            Without a configuration it looks for providers: keys in the environment, Ollama on \
            port 11434, LM Studio on port 1234. When it finds none it answers from built-in \
            simulated providers and says so.
            """
    )

    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var configuration: ConfigurationOptions
    @Option(name: .long, help: "The address to listen on. Default: 127.0.0.1.")
    var host: String?
    @Option(name: .long, help: "The port to listen on; 0 takes a free one. Default: 8080.")
    var port: Int?

    func validate() throws {
        if let port, !(0...65_535).contains(port) {
            throw ValidationError("--port must be from 0 to 65535")
        }
    }

    func run() async throws {
        let diagnostics = Output.stopWaiting()
        let found = try await configuration.read()
        var settings = found.settings
        Output.hide(settings.redaction)
        if case .file(let file) = settings.origin {
            Output.errorText("configuration: \(file)")
        } else {
            Output.errorText("configuration: none found, looking for providers")
            let findings = settings.findings(in: ProcessInfo.processInfo.environment)
            if !findings.isEmpty { Output.errorText("found: " + findings.joined(separator: ", ")) }
        }
        if let file = CatalogFiles(in: .process).inUse(settings.catalogFile) {
            Output.errorText("models: \(file) over the shipped catalogue")
        }
        if let host { settings.server.host = host }
        if let port { settings.server.port = port }
        for warning in settings.notInForce { Output.errorText("warning: \(warning)") }
        for note in settings.notes { Output.errorText("note: \(note)") }
        Self.raiseDescriptorLimit()
        let directory = Invocation.absolute(dataOptions.directory(settings))
        let standard = try DataLocation.withoutOptions(in: .process)
        let isDefault = Invocation.target(of: directory) == Invocation.target(of: standard)
        let invocation = Invocation(data: isDefault ? nil : directory)
        let gateway = try await Gateway(
            settings,
            catalog: found.catalog,
            directory: directory,
            logger: .standardError,
            diagnostics: diagnostics
        )
        gateway.ledger.onPoison { error in
            // Nothing more can be recorded, so nothing more may be served.
            Output.error("\(error)")
            Glibc.exit(1)
        }
        let host = settings.server.host
        let simulated =
            settings.isSimulated
            ? (settings.origin == .discovery ? "no provider was found" : "as configured") : nil
        try await gateway.run { listening in
            Output.announce(
                Self.greeting(
                    host: host,
                    port: listening.port,
                    data: directory,
                    simulated: simulated,
                    invocation: invocation
                )
            )
        }
    }

    /// What a new user needs: the address, a line that works, and what to do with its result.
    private static func greeting(
        host: String,
        port: Int,
        data: String,
        simulated reason: String?,
        invocation: Invocation
    ) -> String {
        let address = host.contains(":") ? "[\(host)]" : host
        let url = "http://\(address):\(port)"
        let warning = reason.map { "  ANSWERS ARE SIMULATED: \($0)\n" } ?? ""
        return """
            Logway \(Gateway.version) listens on \(url)
              data directory: \(data)
            \(warning)\
              OpenAI SDK:     base_url="\(url)/v1", any api_key
              Anthropic SDK:  base_url="\(url)", any api_key
              Ollama SDK:     host="\(url)"

            Try it:
              curl -si \(url)/v1/chat/completions -H 'content-type: application/json' \
            -d '{"model":"auto","messages":[{"role":"user","content":"What is 2+2?"}]}'
            Then ask why it went where it did, by the answer's x-logway-request-id or with `last`:
              \(invocation.command("explain last"))

            """
    }
}

extension ServeCommand {
    /// Lets the process open as many files as the system allows it.
    ///
    /// A stream takes two descriptors, its client's and its provider's; the usual soft limit of 1,024
    /// is there for programs that use `select`, which none of this does.
    private static func raiseDescriptorLimit() {
        var limit = rlimit()
        // SAFETY: both calls read or write the one local structure.
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return
        }
        limit.rlim_cur = limit.rlim_max
        // A refusal leaves the limit as it was, which is what there would be without asking.
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
