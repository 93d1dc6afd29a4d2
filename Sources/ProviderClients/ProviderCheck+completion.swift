import Events
import Platform
import Providers
import Settings
import Upstream

extension ProviderCheck {
    /// Asks a model for a few streamed tokens, if that is free or may cost.
    func complete(_ model: String, allowsCost: Bool, _ onStep: (CheckStep) -> Void) async {
        let price = prices(model)
        guard allowsCost || price?.isFree == true || model.hasSuffix(":free") else {
            let cost = price == nil ? "of unknown price" : "of a few thousandths of a cent"
            onStep(
                CheckStep(
                    "completion",
                    .skipped,
                    "\(model) costs money; --paid asks it for one completion \(cost)"
                )
            )
            return
        }
        let start = Clocks.monotonicMicroseconds
        do {
            let (stream, head, first) = try await streamed(from: model, start: start)
            let time = Clocks.monotonicMicroseconds - start
            let answered = stream.model.map { $0 == model ? "" : " as \($0)" } ?? ""
            onStep(
                CheckStep(
                    "completion",
                    .passed,
                    "\(model) streamed \(stream.outputTextBytes) bytes\(answered), the first after"
                        + " \(Self.milliseconds(first)), end: \(stream.finishReason ?? "not told")",
                    microseconds: time
                )
            )
            onStep(usageStep(stream))
            onStep(limitsStep(head))
        } catch {
            onStep(
                CheckStep(
                    "completion",
                    .failed,
                    "\(model): \(error.masked(by: connection.keys).message)",
                    microseconds: Clocks.monotonicMicroseconds - start
                )
            )
        }
    }

    /// The whole stream of a tiny answer, its head, and the microseconds to its first content.
    private func streamed(
        from model: String,
        start: Int64
    ) async throws(ProviderFailure) -> (AnswerStream, UpstreamHead, Int64) {
        let client = try Self.request(model)
        let body: [ArraySlice<UInt8>]
        do {
            body = try client.upstreamPieces(
                for: connection.dialect(for: model),
                model: model,
                options: connection.options(for: client, model: model, lane: 0, outputLimit: nil)
            )
        } catch {
            throw ProviderFailure(.invalidRequest, error.message)
        }
        let request = connection.chatRequest(
            body: body,
            model: model,
            for: client,
            in: connection.dialect(for: model),
            firstToken: connection.timeouts.slowFirstToken,
            remaining: connection.timeouts.total
        )
        let exchange = upstream.start(request)
        let identity = AnswerIdentity(requestID: "check", model: model, created: Clocks.wall)
        var stream = AnswerStream(from: connection.dialect(for: model), for: client, as: identity)
        do {
            let head = try await exchange.head()
            guard (200..<300).contains(head.status) else {
                throw ProviderFailure.classify(
                    status: head.status,
                    headers: { head.headers[$0] },
                    body: try await exchange.collect(limit: ProviderConnection.errorBodyLimit),
                    family: connection.endpoint.family,
                    now: Clocks.wall
                )
            }
            if let failure = ProviderFailure(codingOf: head) {
                exchange.cancel()
                throw failure
            }
            var first: Int64?
            var output: [UInt8] = []
            while !stream.isComplete, let bytes = try await exchange.next() {
                try stream.consume(bytes, into: &output)
                if first == nil, stream.hasContent {
                    exchange.contentBegan()
                    first = Clocks.monotonicMicroseconds - start
                }
            }
            if !stream.isComplete { try stream.finish(into: &output) }
            return (stream, head, first ?? Clocks.monotonicMicroseconds - start)
        } catch let failure as ProviderFailure {
            throw failure
        } catch let error as UpstreamError {
            throw ProviderFailure(error)
        } catch {
            throw ProviderFailure(.invalidResponse, "\(error)")
        }
    }

    /// A question that every model can answer in a word.
    private static func request(_ model: String) throws(ProviderFailure) -> ClientRequest {
        let body = """
            {"model":"auto","stream":true,"stream_options":{"include_usage":true},\
            "\(BodyOptions.LimitField.maxTokens.rawValue)":\(answerTokens),\
            "messages":[{"role":"user","content":"Answer with the word yes."}]}
            """
        do throws(RequestError) {
            return try ClientRequest(family: .openai, body: Array(body.utf8))
        } catch {
            throw ProviderFailure(.invalidRequest, error.message)
        }
    }

    private func usageStep(_ stream: AnswerStream) -> CheckStep {
        let usage = stream.usage
        guard let prompt = usage.prompt, let output = usage.output else {
            return CheckStep("usage", .noted, "none was told; Logway estimates it from the bytes")
        }
        var text = "\(prompt) tokens in, \(output) out"
        if let cached = usage.cachedInput { text += ", \(cached) cached" }
        if let reasoning = usage.reasoning { text += ", \(reasoning) of reasoning" }
        if let receipt = stream.receipt { text += "; receipt \(receipt) USD" }
        return CheckStep("usage", .passed, text)
    }

    private func limitsStep(_ head: UpstreamHead) -> CheckStep {
        let readings = RateLimitSnapshot.read(
            family: connection.endpoint.family,
            countsRequestsByDay: connection.countsRequestsByDay,
            headers: { head.headers[$0] },
            now: Clocks.wall
        )
        guard !readings.isEmpty else {
            return CheckStep("limits", .passed, "none are told in headers")
        }
        let texts = readings.map { reading in
            let limit = reading.limit.map { " of \($0)" } ?? ""
            return "\(reading.kind.name): \(reading.remaining)\(limit) left"
        }
        return CheckStep("limits", .passed, texts.joined(separator: ", "))
    }
}
