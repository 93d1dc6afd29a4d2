import ArgumentParser
import Events
import Projections
import Reporting

/// `logway explain`.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Tells why a request went where it did: what was rejected, tried and paid."
    )

    @OptionGroup var readingOptions: ReadingOptions
    @Argument(help: "The request's id (x-logway-request-id), or 'last' for the newest request.")
    var id: String
    @Flag(
        name: .long,
        help: "Adds the texts of the request and its answer, where `log.capture: bodies` kept them."
    )
    var bodies = false
    @Flag(
        name: .long,
        help: "Prints the request's events as one JSON object, and each text as another."
    )
    var json = false

    func validate() throws {
        if id != "last", RequestID(id) == nil {
            throw ValidationError("'\(id)' is not the id of a request, which looks like a UUID")
        }
    }

    func run() throws {
        let directory = try readingOptions.directory()
        var damage: (any Error)?
        guard let record = try record(in: directory, damage: &damage) else {
            throw CommandError(
                "there is no request \(id) in \(directory); "
                    + "`logway requests` lists them"
            )
        }
        if json { Output.line(record.json) } else { Output.page(ExplainPage(record).text) }
        if bodies { try BodyTexts(of: record, in: directory).show(asJSON: json) }
        if let damage { throw damage }
    }

    /// Everything about the request; `nil` when the log does not know it.
    private func record(in directory: String, damage: inout (any Error)?) throws -> RequestRecord? {
        if let id = RequestID(id) {
            var log = try LogQueries(directory)
            return try log.record(of: id, damage: &damage)
        }
        return try ReadModelQuery.answer(directory) { model in
            try model.records(1, RequestFilter()).first
        } orFold: { log in
            try log.requests(since: nil).newest(1, RequestFilter()).first
        }
    }
}
