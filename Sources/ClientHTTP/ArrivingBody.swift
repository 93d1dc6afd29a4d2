import HTTPTypes
import Hummingbird
import NIOCore
import Platform
import Synchronization

/// A request's body on its way in, which takes room in the memory that all bodies share before it is
/// read.
///
/// What was announced is taken at once, so that of many large bodies some are read whole while the
/// others wait unread, and not all of them in part. Who then does not send it keeps no more than twice
/// what has come, so that an announcement alone holds no memory for long.
public struct ArrivingBody {
    /// How many times its bytes a request takes: as they came, as they are said to the provider, and
    /// what libcurl sends.
    public static let copies = 3
    /// How long a request waits for room: less than clients wait for the first byte of an answer.
    public static let patience = Duration.seconds(5)
    /// How long room is kept for what was announced and has not come.
    static let grace = Duration.seconds(10)
    /// How many requests the room is for at least: none has more than its share, so that no one body
    /// keeps all others out.
    public static let shares = 2
    /// The bytes of a body that comes in a piece or two, as most do, and takes no room: there are as many
    /// of them as connections at most, and they are served however full the room is.
    public static let plain = 64 << 10

    private let request: Request
    private let limit: BodyLimit
    private let held: HeldRoom?
    private let announced: Int?

    init(of request: Request, upTo limit: BodyLimit, in held: HeldRoom?) {
        self.request = request
        self.limit = limit
        self.held = held
        announced = request.headers[.contentLength].flatMap { Int($0) }
    }

    /// The body.
    ///
    /// - Throws: `BodyTooLong`, `NoRoom`, or what broke it off.
    func whole() async throws -> [UInt8] {
        if let announced {
            if announced <= Self.plain { return try await collected() }
            try await hold(announced)
        }
        let arrived = ArrivedBytes()
        let grace = held.map { held in
            Task {
                try await Task.sleep(for: Self.grace)
                held.shrink(to: Self.copies * max(Self.plain, 2 * arrived.count))
            }
        }
        defer { grace?.cancel() }
        var body: [UInt8] = []
        for try await piece in request.body {
            let count = body.count + piece.readableBytes
            guard count <= limit.bytes else { throw BodyTooLong(limit: limit) }
            if let held, count > Self.plain, Self.copies * count > held.bytes {
                try await hold(2 * count)
            }
            // So that a body of a known length is never moved while it grows.
            if body.isEmpty, let announced { body.reserveCapacity(announced) }
            body.append(contentsOf: piece.readableBytesView)
            arrived.note(count)
        }
        guard body.count > Self.plain else {
            held?.shrink(to: 0)
            return body
        }
        try await hold(body.count)
        held?.shrink(to: Self.copies * body.count)
        return body
    }

    private func collected() async throws -> [UInt8] {
        do {
            return Array(try await request.body.collect(upTo: limit.bytes).readableBytesView)
        } catch is NIOTooManyBytesError {
            throw BodyTooLong(limit: limit)
        }
    }

    private func hold(_ count: Int) async throws(NoRoom) {
        try await held?.grow(
            to: Self.copies * min(count, limit.bytes),
            patience: Self.patience
        )
    }
}

/// How much of a body has come, for who looks from beside.
private final class ArrivedBytes: Sendable {
    private let bytes = Atomic(0)

    var count: Int { bytes.load(ordering: .relaxed) }

    func note(_ count: Int) { bytes.store(count, ordering: .relaxed) }
}
