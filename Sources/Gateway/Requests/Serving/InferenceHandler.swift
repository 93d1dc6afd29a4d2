import ClientHTTP
import Events
import HTTPTypes
import Hummingbird
import Ledger
import Logging
import NIOCore
import Platform
import Providers
import WriteAheadLog

/// Answers requests for answers and embeddings of every client family: the life of a request.
///
/// It has five phases: **reading** (`RequestReader`), **admission** (`Ledger.admit`), **attempts**
/// (`AttemptRunner`), **serving** (`ServingLoop`, which asks for the attempts and chooses what follows each)
/// and **settlement** (`RunningRequest`, through which all that happens is recorded).
struct InferenceHandler: Sendable {
    let ledger: Ledger
    let reader: RequestReader
    let attempts: AttemptRunner
    let watches: ConnectionWatches
    /// Where it is noted what requests were refused for want of.
    let shortages: Shortages
    let logger: Logger
    /// Keeps the texts of requests and answers.
    let capture: BodyCapture
    /// After how long a silence a stream's client is sent a ping; `nil` for never.
    let keepAlive: Duration?

    /// Answers a request that was posted to the endpoint of an API.
    ///
    /// Where the path names the model, `address` has it, and `endpoint` is the path without it.
    func respond(
        to request: Request,
        api: ClientAPI,
        address: ModelAddress? = nil,
        passage: Passage? = nil,
        endpoint: String? = nil,
        on channel: any Channel
    ) async -> Response {
        let arrival = Arrival(
            request: request,
            api: api,
            address: address,
            passage: passage,
            channel: channel,
            watch: watches.watch(channel),
            start: Clocks.monotonicMicroseconds,
            key: ClientKey.secret(request),
            received: reader.received(request, family: api.family, endpoint: endpoint)
        )
        do throws(LogError) {
            if let shortage = ledger.shortage { throw shortage }
            let body: RequestReader.Body
            do {
                body = try await reader.body(of: request)
            } catch {
                return try await refuse(arrival, error)
            }
            return await LargeWork.run(on: body.bytes.count) { await serve(body, of: arrival) }
        } catch {
            return unrecorded(arrival.received, error)
        }
    }

    /// Answers a request whose body is there: reads it, admits it and serves it.
    private func serve(_ body: RequestReader.Body, of arrival: Arrival) async -> Response {
        var arrival = arrival
        do throws(LogError) {
            let reading: RequestReader.Reading
            do throws(RequestError) {
                reading = try reader.read(body.bytes, of: &arrival)
            } catch {
                return try await refuse(arrival, error)
            }
            switch reading {
            case .load(let load):
                // No request to a model, so nothing is recorded, as with `/api/show`.
                return Response(
                    status: .ok,
                    headers: [.contentType: "application/json"],
                    body: ResponseBody(byteBuffer: ByteBuffer(bytes: load.answer(at: Clocks.wall)))
                )
            case .request(let client, let received):
                let running = try ledger.admit(
                    client,
                    as: received,
                    key: arrival.key,
                    seed: Randomness.next(),
                    start: arrival.start,
                    patience: arrival.watch.patience,
                    holding: body.room
                )
                capture.captureRequest(of: running)
                var serving = ServingLoop(
                    handler: self,
                    watch: arrival.watch,
                    channel: arrival.channel,
                    running: running
                )
                return try await serving.response(forPageOf: arrival.request.headers[.origin])
            }
        } catch {
            return unrecorded(arrival.received, error)
        }
    }

    /// Refuses a request that can't be read.
    private func refuse(
        _ arrival: Arrival,
        _ error: any Error
    ) async throws(LogError) -> Response {
        let received = arrival.received
        let clientError = ClientError(unreadable: error, id: received.request)
        if error is NoRoom { shortages.note(.bodies, clientError.message) }
        var ending = RequestCompleted(
            .refused,
            status: clientError.status,
            message: clientError.message
        )
        if clientError.code == "unreadable_body" {
            if Task.isCancelled {
                ending = RequestCompleted(.interrupted, status: 503, failure: .interrupted)
            } else if await arrival.watch.isGone(after: arrival.channel) {
                ending = RequestCompleted(.cancelled, status: 0, failure: .clientGone)
            }
        }
        let sequence = try ledger.refuse(
            received,
            ending,
            key: arrival.key,
            start: arrival.start
        )
        _ = try await ledger.waitUntilDurable(sequence, arrival.watch.patience)
        return clientError.response(for: received.client)
    }

    /// The answer where the log takes nothing more: what is not recorded is not served.
    private func unrecorded(_ received: RequestReceived, _ error: LogError) -> Response {
        logUnrecorded(received.request, error)
        return ClientError(unrecorded: error, id: received.request).response(for: received.client)
    }

    /// Tells the operator of a request that could not be recorded.
    func logUnrecorded(_ id: Events.RequestID, _ error: LogError) {
        logger.error("request \(id) could not be recorded: \(error)")
    }

    /// Keeps a response for later requests to go on from.
    func keepResponse(_ body: [UInt8], of running: RunningRequest) {
        guard running.client.api == .responses else { return }
        do {
            try reader.responses.keep(body, to: running.client)
        } catch {
            // The body was read before, and so was the request: neither can be unreadable by now.
            logger.error("the response to \(running.id) could not be kept: \(error)")
        }
    }
}
