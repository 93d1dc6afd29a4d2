import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import NIOHTTPTypes

/// Where a response's body goes: to its client, as fast as that takes it.
struct ResponseBodySink: ResponseBodyWriter {
    let connection: ClientConnection
    /// Whether the body is there already, so that it may leave with its head in one piece.
    let isWhole: Bool

    mutating func write(_ buffer: ByteBuffer) async throws {
        guard connection.channel.isActive, !Task.isCancelled else {
            throw ChannelError.ioOnClosedChannel
        }
        connection.send(.body(buffer), flush: !isWhole)
        if !isWhole { await connection.roomToWrite() }
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        connection.send(.end(trailingHeaders), flush: true)
    }
}
