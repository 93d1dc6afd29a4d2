import Events
public import Platform
public import Providers
public import Upstream

/// What one answer takes of the memory that all answers share, while it is read, translated and sent.
///
/// A usual answer is so small that it takes none: there are as many of them as connections at most.
public struct AnswerRoom: Sendable {
    /// The bytes of an answer that need no room.
    public static let free = 256 << 10
    /// How many times its bytes a whole answer takes: as it came, its parts, as it is said to the
    /// client.
    static let copies = 3
    /// How long an answer waits for room, which its provider was paid for.
    ///
    /// Meanwhile nothing of it is read, and the provider waits. Clients that take nothing are cut off
    /// before long.
    public static let patience = Duration.seconds(30)

    private let all: MemoryRoom
    private let shortages: Shortages
    /// For how long this one waits.
    private let patience: Duration
    /// What it holds; `nil` before it has held any.
    public private(set) var held: HeldRoom?

    /// An answer that takes nothing yet.
    ///
    /// - Parameters:
    ///   - all: the memory that all answers share.
    ///   - shortages: where it is noted that there was no room.
    ///   - patience: how long it waits for room.
    public init(in all: MemoryRoom, _ shortages: Shortages, patience: Duration = Self.patience) {
        self.all = all
        self.shortages = shortages
        self.patience = patience
    }

    /// Holds so many bytes, no more than that and no fewer.
    ///
    /// - Throws: `ProviderFailure` of Logway's own where there is no room.
    public mutating func hold(_ count: Int) async throws(ProviderFailure) {
        guard count > Self.free else {
            held?.shrink(to: 0)
            return
        }
        let held = self.held ?? HeldRoom(of: all)
        self.held = held
        // By whole steps, so that a stream does not ask for each event.
        let wanted = (count + HeldRoom.step - 1) / HeldRoom.step * HeldRoom.step
        if held.bytes >= wanted {
            if held.bytes > 2 * wanted { held.shrink(to: wanted) }
            return
        }
        do throws(NoRoom) {
            try await held.grow(to: wanted, patience: patience)
        } catch {
            let words = "\(error)"
            shortages.note(.answers, words)
            throw ProviderFailure(.ownShortage, words)
        }
    }

    /// Collects the body of an answer.
    ///
    /// - Parameters:
    ///   - exchange: the call.
    ///   - announced: how many bytes its head says that there are; `nil` where it does not say.
    ///   - limit: how many there may be.
    /// - Returns: the bytes.
    /// - Throws: `UpstreamError` as `UpstreamExchange.collect`; `ProviderFailure` where there is no room.
    public mutating func collect(
        _ exchange: UpstreamExchange,
        announced: Int?,
        limit: Int
    ) async throws -> [UInt8] {
        if let announced { try await hold(Self.copies * min(announced, limit)) }
        var body: [UInt8] = []
        while let piece = try await exchange.next(upTo: limit - body.count, of: limit) {
            let count = body.count + piece.count
            if announced.map({ count > $0 }) ?? true { try await hold(Self.copies * count) }
            if body.isEmpty {
                body = piece
                if let announced { body.reserveCapacity(min(announced, limit)) }
            } else {
                body.append(contentsOf: piece)
            }
        }
        return body
    }
}
