import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1
import Platform

/// HTTP/1.1 connections of clients, and the task of each that answers its requests.
///
/// In place of Hummingbird's own channel, which hands every part of a message from the event loop to
/// a task and back; see docs/decisions/0017-connections-on-their-loops.md.
struct ClientChannel: ServerChildChannel {
    /// The bytes of a request's headers: some clients send what they know of a user in them.
    static let headerLimit = 80 << 10
    static let headerCountLimit = 1_000

    let responder: any ClientResponder
    let watches: ConnectionWatches
    let pace: ClientPace
    let idleTimeout: Duration
    /// How many connections there may be.
    let connections: ConnectionLimit
    /// One for each loop that connections may come on.
    let executors: [ObjectIdentifier: EventLoopTaskExecutor]
    private let dates = ResponseDates()

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<ClientConnection> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            var limits = NIOHTTPDecoderLimitConfiguration()
            limits.maxHeaderFieldSize = Self.headerLimit
            limits.maxHeaderListSize = Self.headerLimit
            limits.maxHeaderFieldCount = Self.headerCountLimit
            let gate = InputGate()
            try pipeline.addHandler(gate)
            // `ClientConnection` takes one request after the other, and answers what can't be read; the
            // values of fields are checked when they are made.
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: false,
                withErrorHandling: false,
                withOutboundHeaderValidation: false,
                withEncoderConfiguration: HTTPResponseEncoder.Configuration(),
                withDecoderLimitConfiguration: limits
            )
            let connection = ClientConnection(channel, behind: gate)
            connection.admission = connections.admit(connection)
            let head = HeadPaceHandler(limit: pace.head, use: connection.use)
            try pipeline.addHandler(head, position: .first)
            try pipeline.addHandlers([
                RequestTargetHandler(), HTTP10Handler(), HTTP1ToHTTPServerCodec(secure: false),
                watches.makeHandler(), SlowClientHandler(pace, head, use: connection.use),
                ContinueHandler(responder),
                HTTPConnectionStateHandler(idleTimeout: idleTimeout, logger: logger), connection,
            ])
            return connection
        }
    }

    /// Answers the connection's requests, one after the other, until it ends.
    @concurrent func handle(value connection: ClientConnection, logger: Logger) async {
        let executor = executors[ObjectIdentifier(connection.channel.eventLoop)]
        await withTaskExecutorPreference(executor) {
            await withTaskCancellationHandler {
                switch connection.admission {
                case .admitted: break
                case .turnedAway: return await connection.turnAway(.noConnection)
                case .refused: return connection.channel.close(promise: nil)
                }
                while let request = await connection.next() {
                    var response = await responder.respond(to: request, on: connection.channel)
                    response.headers[.date] = dates.text(at: Clocks.wall)
                    await connection.send(response)
                }
                await connection.end()
            } onCancel: {
                connection.channel.close(promise: nil)
            }
        }
    }
}
