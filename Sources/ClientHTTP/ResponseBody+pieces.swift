public import Hummingbird
import NIOCore
public import Platform

extension ResponseBody {
    /// The bytes that are handed to a connection at once: as many as it holds back for a client before
    /// it says that it is full.
    static let pieceBytes = 64 << 10

    /// A body of known length that is written as fast as its client takes it, so that of a long one
    /// there is no second copy in the connection; `room` is what it takes of the memory of all answers.
    public init(inPieces bytes: [UInt8], holding room: HeldRoom? = nil) {
        guard bytes.count > Self.pieceBytes else {
            self.init(byteBuffer: ByteBuffer(bytes: bytes))
            return
        }
        self.init(contentLength: bytes.count) { writer in
            defer { withExtendedLifetime(room) {} }
            var start = 0
            while start < bytes.count {
                let end = min(start + Self.pieceBytes, bytes.count)
                try await writer.write(ByteBuffer(bytes: bytes[start..<end]))
                start = end
            }
            try await writer.finish(nil)
        }
    }
}
