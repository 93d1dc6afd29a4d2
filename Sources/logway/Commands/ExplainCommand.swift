import ArgumentParser
import Events
import Queries
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
        let queries = try readingOptions.queries()
        let directory = queries.directory
        let found =
            if let wanted = RequestID(id) {
                try queries.request(wanted)
            } else {
                try queries.newestRequest()
            }
        guard let found else {
            throw CommandError(
                id == "last"
                    ? "the log in \(directory) holds no request yet; send one, or choose another "
                        + "data directory with --data"
                    : "there is no request \(id) in \(directory); `logway requests` lists them"
            )
        }
        let record = found.record
        if json { Output.line(record.json) } else { Output.page(ExplainPage(record).text) }
        if bodies { BodyTexts(try queries.texts(of: record)).show(asJSON: json) }
        if let damage = found.damage { throw damage }
    }
}
