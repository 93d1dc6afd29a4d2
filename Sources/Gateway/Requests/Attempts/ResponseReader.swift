import Events
import HTTPTypes
import Ledger
import Platform
import ProviderClients
import Providers
import Upstream

/// Reads what comes first of a provider's response: the complete answer, the first content of a stream,
/// or a refusal.
struct ResponseReader: Sendable {
    /// The most bytes of an unstreamed answer: far above any model's output limit.
    static let answerLimit = AnswerStream.eventLimit
    /// The media type of an answer that passes as it is and names none.
    private static let opaqueType = "application/octet-stream"

    let call: AttemptCall
    let exchange: UpstreamExchange
    /// What keeps the budgets ahead of a stream.
    let keeper: ReservationKeeper?
    /// What the answer says of itself.
    let identity: AnswerIdentity

    /// Reads until nothing else could be asked any more.
    ///
    /// - Throws: `UpstreamError` when the transport fails before that.
    func first() async throws(UpstreamError) -> FirstResponse {
        let head = try await exchange.head()
        call.runner.quotas.take(head, of: call.attempt, from: call.provider)
        let passed =
            call.isPassing ? head.headers.passed(from: call.provider.endpoint.family) : HTTPFields()
        guard (200..<300).contains(head.status) else {
            var result = await refusal(head)
            if call.client.passage?.fileID != nil { result.blameFile(for: head.status) }
            result.headers = passed
            return .failed(result)
        }
        if let failure = ProviderFailure(codingOf: head) {
            exchange.cancel()
            var result = AttemptResult(withoutContent: failure, status: head.status)
            result.record(exchange.timings)
            return .failed(result)
        }
        let type = head.headers["content-type"]
        let isOpaque = call.client.passage.map { $0.isContent || type?.isJSONType != true } ?? false
        guard call.client.streamed || isOpaque else {
            let response = try await complete(head)
            guard case .complete(let answer, var result) = response else { return response }
            result.headers = passed
            return .complete(answer, result)
        }
        return try await stream(head, contentType: isOpaque ? type ?? Self.opaqueType : nil, passed)
    }

    /// Reads a streamed answer, or one that passes as it is, to its first content.
    private func stream(
        _ head: UpstreamHead,
        contentType: String?,
        _ passed: HTTPFields
    ) async throws(UpstreamError) -> FirstResponse {
        var stream = UpstreamStream(
            exchange: exchange,
            stream: AnswerStream(from: call.dialect, for: call.client, as: identity),
            status: head.status,
            headers: passed,
            contentType: contentType,
            client: call.client,
            keys: call.provider.keys,
            keeper: keeper,
            room: AnswerRoom(in: call.runner.answers, call.runner.shortages),
            signatures: call.runner.signatures,
            start: call.start
        )
        let outputBound = call.attempt.outputBound ?? call.attempt.reservedOutput
        if let failed = try await stream.readUntilContent(within: outputBound) {
            return .failed(failed)
        }
        return .streaming(stream)
    }

    /// Reads an unstreamed answer to its end.
    private func complete(_ head: UpstreamHead) async throws(UpstreamError) -> FirstResponse {
        var room = AnswerRoom(in: call.runner.answers, call.runner.shortages)
        let bytes: [UInt8]
        do {
            bytes = try await room.collect(
                exchange,
                announced: head.headers["content-length"].flatMap { Int($0) },
                limit: Self.answerLimit
            )
        } catch let error as UpstreamError {
            throw error
        } catch {
            exchange.cancel()
            // Nobody knows what the answer that was not read would have said that it cost.
            return .failed(
                AttemptResult(
                    unread: error as? ProviderFailure ?? ProviderFailure(.ownShortage, "\(error)"),
                    status: head.status
                )
            )
        }
        return await answer(of: bytes, in: room, status: head.status)
    }

    /// Reads what a complete body says.
    private func answer(
        of bytes: [UInt8],
        in room: AnswerRoom,
        status: Int
    ) async -> FirstResponse {
        var identity = identity
        identity.durations = AnswerDurations(
            total: .microseconds(Clocks.monotonicMicroseconds - call.start)
        )
        do {
            let answer = try await LargeWork.run(on: bytes.count) {
                [identity] () throws(ProviderFailure) in
                try Answer(body: bytes, from: call.dialect, for: call.client, as: identity)
            }
            call.runner.signatures.keep(answer.signatures)
            var result = AttemptResult(answer, status: status)
            result.record(exchange.timings)
            // What it was made of is gone; what is left waits for its client.
            room.held?.shrink(to: answer.body.count)
            result.room = room.held
            return .complete(answer, result)
        } catch {
            var result = AttemptResult(withoutContent: error, status: status)
            result.record(exchange.timings)
            return .failed(result)
        }
    }

    /// Reads why the provider refused.
    private func refusal(_ head: UpstreamHead) async -> AttemptResult {
        // An error's body is a help to people; one that is cut changes nothing, of a long one the
        // beginning is enough.
        let limit = ProviderConnection.errorBodyLimit
        var body: [UInt8] = []
        do throws(UpstreamError) {
            while body.count < limit, let bytes = try await exchange.next() {
                body += bytes
            }
        } catch {
            // What came before the failure is classified.
        }
        if body.count >= limit { exchange.cancel() }
        if head.status == 429 {
            call.runner.quotas.take(refusal: body, of: call.attempt, from: call.provider)
        }
        let failure = ProviderFailure.classify(
            status: head.status,
            headers: { head.headers[$0] },
            // A compressed one says nothing to anybody.
            body: head.contentCoding == nil ? body : [],
            family: call.provider.endpoint.family,
            model: call.attempt.model,
            // What comes of it is held against the log's time.
            now: call.runner.ledger.now
        )
        var result = AttemptResult(uncharged: failure, status: head.status)
        result.record(exchange.timings)
        return result
    }
}

extension String {
    /// Whether a media type is that of one JSON document.
    fileprivate var isJSONType: Bool {
        let type = prefix { $0 != ";" && $0 != " " }.lowercased()
        return type == "application/json" || type.hasSuffix("+json")
    }
}
