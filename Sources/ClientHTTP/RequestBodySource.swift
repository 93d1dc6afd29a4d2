import NIOCore

/// Where the parts of a long body go in, which its reader takes out as a stream.
struct RequestBodySource {
    typealias Strategy = NIOAsyncSequenceProducerBackPressureStrategies.HighLowWatermark
    typealias Stream = NIOThrowingAsyncSequenceProducer<ByteBuffer, any Error, Strategy, Demand>

    /// What the reader's taking means for the connection.
    struct Demand: NIOAsyncSequenceProducerDelegate {
        let connection: ClientConnection

        func produceMore() { connection.resumeReading() }
        func didTerminate() { connection.resumeReading() }
    }

    /// Parts that may wait for the reader; each is at most what one read of the socket gives.
    ///
    /// As few as keep the socket busy, since a request may have to wait for room before it reads.
    private static let strategy = Strategy(lowWatermark: 1, highWatermark: 2)

    private let source: Stream.Source

    static func makeStream(for connection: ClientConnection) -> (Stream, RequestBodySource) {
        let made = Stream.makeSequence(
            elementType: ByteBuffer.self,
            failureType: (any Error).self,
            backPressureStrategy: strategy,
            finishOnDeinit: true,
            delegate: Demand(connection: connection)
        )
        return (made.sequence, RequestBodySource(source: made.source))
    }

    /// Gives a part to the reader; whether it takes more now.
    func takesMore(after bytes: ByteBuffer) -> Bool { source.yield(bytes) != .stopProducing }

    func finish() { source.finish() }
    func finish(_ error: any Error) { source.finish(error) }
}
