import ClientHTTP
import Events
import HTTPTypes
import Hummingbird
import JSONBytes
import Ledger
import Logging
import NIOCore
import Platform
import Providers
import RouterState
import WriteAheadLog

/// `POST /v1/feedback`: somebody judges an answer.
///
/// Body: `request_id`, `score` from 0 to 1, and optionally `comment` and `source`. Each source judges an answer
/// once.
struct FeedbackEndpoint: Sendable {
    /// The bytes of a comment that are kept, some pages; a longer one is cut.
    static let commentLimit = 4_096
    /// The bytes of a source, which is a name; a longer one is refused, since two of them may begin alike.
    static let sourceLimit = 64

    let ledger: Ledger
    let logger: Logger
    var pace = FeedbackPace()

    /// Records the feedback; it is durable before the client hears of it.
    ///
    /// Of the body so much is read as `limit` says. On a full disk that it is durable is waited for as long as
    /// `patience` lasts.
    func respond(
        to request: Request,
        upTo limit: BodyLimit,
        patience: Patience? = nil
    ) async -> Response {
        var id = Events.RequestID.fresh()
        do {
            try admit(after: pace.take(at: Clocks.monotonicMicroseconds))
            let body = try await request.wholeBody(upTo: limit)
            var feedback = try FeedbackReceived(
                json: body,
                without: ClientKey.secret(request).map { ledger.redaction.adding([$0]) }
                    ?? ledger.redaction
            )
            id = feedback.request
            guard let judged = try await find(feedback.request) else {
                throw FeedbackError(
                    404,
                    "request_not_found",
                    "there is no request \(id) in the log",
                    field: "request_id"
                )
            }
            feedback.provider = judged.provider
            feedback.model = judged.model
            feedback.task = judged.task
            try await record(feedback, patience)
            return accepted(feedback)
        } catch let error as FeedbackError {
            var response = ClientError(
                status: error.status,
                code: error.code,
                message: error.message,
                param: error.field,
                requestID: id.description
            ).response(for: .openai)
            response.headers[.retryAfter] = error.retryAfter.map(String.init)
            return response
        } catch let error as LogError {
            logger.error("feedback on \(id) could not be recorded: \(error)")
            return ClientError(unrecorded: error, id: id).response(for: .openai)
        } catch {
            return ClientError(unreadable: error, id: id).response(for: .openai)
        }
    }

    /// Refuses what has to wait so many microseconds; `nil` is no time at all.
    private func admit(after wait: Int64?) throws(FeedbackError) {
        guard let wait else { return }
        var error = FeedbackError(
            429,
            "feedback_too_fast",
            "feedback comes faster than \(FeedbackPace.perSecond) a second, or looks far through the log; "
                + "send it again later"
        )
        error.retryAfter = Int(wait / 1_000_000) + 1
        throw error
    }

    /// Records what is the first judgement of its source; it is durable then, and so is one that was sent before.
    private func record(_ feedback: FeedbackReceived, _ patience: Patience?) async throws {
        // It would wait until there is space.
        if let shortage = ledger.shortage { throw shortage }
        let (sequence, standing) = try ledger.transact { state, _ in
            let standing = state.judgements.standing(of: feedback)
            guard case .new = standing else { return ([], standing) }
            return ([.feedbackReceived(feedback)], standing)
        }
        switch standing {
        case .new, .repeated: _ = try await ledger.waitUntilDurable(sequence, patience)
        case .contradicted:
            throw FeedbackError(
                409,
                "already_judged",
                "'\(feedback.source)' has given this request another score, which stands; another judge "
                    + "needs another source",
                field: "source"
            )
        case .crowded:
            throw FeedbackError(
                409,
                "judged_enough",
                "this request was judged by \(FeedbackReceived.judgeLimit) sources, and no more are taken",
                field: "request_id"
            )
        }
    }

    private func accepted(_ feedback: FeedbackReceived) -> Response {
        var writer = JSONWriter()
        writer.object { root in
            root.member("object", "feedback")
            root.member("request_id", feedback.request.description)
            root.member("recorded", true)
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: "application/json", .requestID: feedback.request.description,
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: writer.bytes))
        )
    }

    /// What is judged; `nil` when there is no such request, under way or in the log.
    private func find(_ id: Events.RequestID) async throws -> RequestLookup.Judged? {
        let directory = ledger.directory
        let found = try await BlockingWork.run {
            // Many may have been let in before the first of them had read anything.
            try admit(after: pace.debt(at: Clocks.monotonicMicroseconds))
            return try RequestLookup.judged(id, in: directory) {
                pace.charge(at: Clocks.monotonicMicroseconds)
            }
        }
        if let found { return found }
        // What is in flight may not be durable yet.
        let isOpen = ledger.read { state, _ in state.inFlight[id] != nil }
        return isOpen ? RequestLookup.Judged() : nil
    }
}

/// Why feedback can't be taken.
struct FeedbackError: Error {
    var status: Int
    var code: String
    var message: String
    var field: String?
    /// In how many seconds it may be sent again.
    var retryAfter: Int?

    init(_ status: Int, _ code: String, _ message: String, field: String? = nil) {
        self.status = status
        self.code = code
        self.message = message
        self.field = field
    }
}

extension FeedbackReceived {
    private static let keys: JSONKeys = ["request_id", "score", "comment", "source"]

    /// Feedback from the body of a request.
    fileprivate init(json bytes: [UInt8], without keys: Redaction) throws {
        self.init()
        let found: [JSONSlice?]
        do {
            let root = try JSONSlice(validating: bytes)
            guard root.kind == .object else {
                throw FeedbackError(400, "invalid_request", "the body must be a JSON object")
            }
            found = try root.scan(Self.keys, refusingVariants: true)
        } catch let error as JSONError {
            throw FeedbackError(400, "invalid_json", "the body is not JSON: \(error)")
        }
        guard let text = found[0]?.string, let id = Events.RequestID(text) else {
            throw FeedbackError(
                400,
                "invalid_request",
                "request_id must be the id of a request",
                field: "request_id"
            )
        }
        guard let score = found[1]?.double, (0...1).contains(score) else {
            throw FeedbackError(
                400,
                "invalid_request",
                "score must be a number from 0 to 1",
                field: "score"
            )
        }
        request = id
        self.score = Int((score * 1_000_000).rounded())
        comment = try Self.text(found[2], "comment").map {
            keys.masked($0).limited(toBytes: FeedbackEndpoint.commentLimit)
        }
        source = keys.masked(try Self.text(found[3], "source") ?? "user")
        guard source.utf8.count <= FeedbackEndpoint.sourceLimit else {
            throw FeedbackError(
                400,
                "invalid_request",
                "source must be a name of at most \(FeedbackEndpoint.sourceLimit) bytes",
                field: "source"
            )
        }
    }

    /// The text of a field that may be absent, null or empty, which all mean that there is none.
    private static func text(
        _ value: JSONSlice?,
        _ field: String
    ) throws(FeedbackError) -> String? {
        guard let value, !value.isNull else { return nil }
        guard let text = value.string else {
            throw FeedbackError(400, "invalid_request", "\(field) must be a string", field: field)
        }
        return text.allSatisfy(\.isWhitespace) ? nil : text
    }
}
