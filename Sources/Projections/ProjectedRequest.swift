import Events
import Foundation
import GRDB

/// One request as the read model holds it, while a batch of events changes it.
final class ProjectedRequest {
    /// How it ended.
    struct Completion {
        let sequence: UInt64
        let time: Timestamp
        let outcome: RequestOutcome
        let cost: Nanodollars?
        let totalMicroseconds: Int?
    }

    /// An attempt that ended.
    struct End {
        let time: Timestamp
        let provider: String
        let model: String
    }

    /// The sequence number of its RequestReceived.
    let sequence: UInt64
    let id: RequestID
    let time: Timestamp
    let requestedModel: String
    /// As the client gave it, or else as it was inferred.
    var task: String?
    let tags: [String]
    var decided: UInt64?
    var attempts = 0
    var last: (provider: String, model: String)?
    var promptTokens: Int?
    var outputTokens: Int?
    var completion: Completion?
    /// The attempts that ended, in order.
    var ends: [End] = []
    /// The hash of its row; `nil` before it has one.
    private var savedHash: UInt64?
    /// What became true of it since it was saved.
    private var labels: [RequestLabel] = []

    init(_ received: RequestReceived, sequence: UInt64, time: Timestamp) {
        self.sequence = sequence
        id = received.request
        self.time = time
        requestedModel = received.requestedModel
        task = received.task
        tags = received.tags
    }

    /// Lets it be looked up by a name.
    func label(_ kind: RequestLabel.Kind, _ name: String) {
        let label = RequestLabel(kind, name)
        // Few: a list is looked through sooner than a set is made.
        if !labels.contains(label) { labels.append(label) }
    }

    /// Whether the reports of a month know of it: it had not ended in an earlier month.
    func isKnown(in month: CalendarMonth) -> Bool {
        completion.map { CalendarMonth($0.time.date) == month } ?? true
    }
}

extension ProjectedRequest {
    private static let columns = """
        received, id, received_us, requested_model, task, tags, decided, attempts, last_provider, \
        last_model, prompt_tokens, output_tokens, completed, completed_us, outcome, cost, total_us
        """

    /// The request with this id, as it was saved.
    static func load(_ id: RequestID, _ database: Database) throws -> ProjectedRequest? {
        let request = try database.rows(
            "SELECT \(columns) FROM requests WHERE id = ?",
            [id.column]
        ) { try ProjectedRequest($0) }.first
        guard let request else { return nil }
        request.ends = try database.rows(
            """
            SELECT finished_us, provider, model FROM attempt_ends WHERE request = ? \
            ORDER BY finished
            """,
            [request.sequence]
        ) { row in
            End(time: try row.time(0), provider: try row.value(1), model: try row.value(2))
        }
        return request
    }

    private convenience init(_ row: ResultRow) throws {
        var received = RequestReceived()
        received.request = try row.id(1)
        received.requestedModel = try row.value(3)
        received.task = try row.optional(4)
        received.tags = try Self.tags(row.value(5))
        self.init(received, sequence: try row.sequence(0), time: try row.time(2))
        savedHash = row.hash(of: .requests)
        decided = try row.optionalSequence(6)
        attempts = try row.value(7)
        if let provider = try row.optional(8, String.self),
            let model = try row.optional(9, String.self)
        {
            last = (provider, model)
        }
        promptTokens = try row.optional(10)
        outputTokens = try row.optional(11)
        if let sequence = try row.optionalSequence(12), let outcome = try row.outcome(14) {
            completion = Completion(
                sequence: sequence,
                time: try row.time(13),
                outcome: outcome,
                cost: try row.optional(15, Int64.self).map { Nanodollars($0) },
                totalMicroseconds: try row.optional(16)
            )
        }
    }

    /// Writes the row, over an earlier one, and what it is looked up by.
    func save(_ sums: RowSums) throws {
        savedHash = try sums.write(
            [
                sequence, id.column, time.microseconds, requestedModel, task, Self.text(of: tags),
                decided, attempts, last?.provider, last?.model, promptTokens, outputTokens,
                completion?.sequence, completion?.time.microseconds, completion?.outcome.rawValue,
                completion?.cost?.count, completion?.totalMicroseconds,
            ],
            to: .requests,
            part: CheckedTable.requests.part(sequence),
            insteadOf: savedHash
        )
        for label in labels { try sums.writeOnce(label, of: sequence) }
        labels = []
    }

    private static func text(of tags: [String]) throws -> String {
        tags.isEmpty ? "[]" : String(decoding: try JSONEncoder().encode(tags), as: UTF8.self)
    }

    private static func tags(_ text: String) throws -> [String] {
        text == "[]" ? [] : try JSONDecoder().decode([String].self, from: Data(text.utf8))
    }
}
