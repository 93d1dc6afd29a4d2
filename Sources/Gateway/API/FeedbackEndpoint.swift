import Events
import HTTPTypes
import Hummingbird
import JSONBytes
import Logging
import NIOCore
import Providers
import RouterState
import WriteAheadLog

/// `POST /v1/feedback`: somebody judges an answer.
///
/// Body: `request_id`, `score` from 0 to 1, and optionally `comment` and `source`.
struct FeedbackEndpoint: Sendable {
    /// The characters of a comment and of a source that are kept.
    static let commentLimit = 4_096
    static let sourceLimit = 64

    let ledger: Ledger
    let logger: Logger

    /// Records the feedback; it is durable before the client hears of it.
    func respond(to request: Request) async -> Response {
        var id = Events.RequestID.fresh()
        do {
            let body = try await request.wholeBody(upTo: .small)
            var feedback = try FeedbackReceived(json: body)
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
            let sequence = try ledger.record([.feedbackReceived(feedback)])
            _ = try await ledger.settle(sequence)
            return accepted(feedback)
        } catch let error as FeedbackError {
            return ClientError(
                status: error.status,
                code: error.code,
                message: error.message,
                param: error.field,
                requestID: id.description
            ).response(for: .openai)
        } catch let error as LogError {
            logger.error("feedback on \(id) could not be recorded: \(error)")
            return ClientError(unrecorded: error, id: id).response(for: .openai)
        } catch {
            return ClientError(unreadable: error, id: id).response(for: .openai)
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
        let found = try await BlockingWork.run { try RequestLookup.judged(id, in: directory) }
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
    fileprivate init(json bytes: [UInt8]) throws {
        self.init()
        let found: [JSONSlice?]
        do {
            let root = try JSONSlice(validating: bytes)
            guard root.kind == .object else {
                throw FeedbackError(400, "invalid_request", "the body must be a JSON object")
            }
            found = try root.scan(Self.keys)
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
        let keys = KeyMask()
        comment = try Self.text(found[2], "comment").map {
            String(keys.masked($0).prefix(FeedbackEndpoint.commentLimit))
        }
        source = String(
            keys.masked(try Self.text(found[3], "source") ?? "user")
                .prefix(FeedbackEndpoint.sourceLimit)
        )
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
