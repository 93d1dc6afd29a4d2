import Synchronization

/// What one request has taken of the memory that many share; it is given back with this object.
///
/// Whatever keeps the bytes keeps this too, so they are counted for as long as they are there.
public final class HeldRoom: Sendable {
    /// Bytes that are taken at once, so that a body that grows does not ask for each of its pieces.
    public static let step = 1 << 20

    /// What it is taken of.
    public let room: MemoryRoom
    private let held = Mutex(0)

    /// Nothing yet of some memory.
    public init(of room: MemoryRoom) { self.room = room }

    deinit { room.give(held.withLock { $0 }) }

    /// The bytes that are held.
    public var bytes: Int { held.withLock { $0 } }

    /// Holds as many bytes, and waits for them if need be; what needs more than one request may have
    /// gets as much as that.
    ///
    /// Asked by one task at a time.
    ///
    /// - Throws: `NoRoom` where there was none for as long as `patience`.
    public func grow(to count: Int, patience: Duration) async throws(NoRoom) {
        let missing = missing(to: count)
        guard missing > 0 else { return }
        guard await room.take(missing, patience: patience) else {
            throw noRoom(count)
        }
        held.withLock { $0 += missing }
    }

    /// The same without waiting.
    ///
    /// - Parameters:
    ///   - count: the bytes in all.
    ///   - yielding: whether what others wait for is not taken, since this can be done without.
    /// - Throws: `NoRoom` where there is none now.
    public func growNow(to count: Int, yielding: Bool = false) throws(NoRoom) {
        let missing = missing(to: count)
        guard missing > 0 else { return }
        guard room.tryTake(missing, yielding: yielding) else { throw noRoom(count) }
        held.withLock { $0 += missing }
    }

    /// Gives back what is held beyond so many bytes.
    public func shrink(to count: Int) {
        let rest = held.withLock { held in
            let rest = max(0, held - count)
            held -= rest
            return rest
        }
        room.give(rest)
    }

    private func missing(to count: Int) -> Int { min(count, room.share) - bytes }

    private func noRoom(_ count: Int) -> NoRoom {
        NoRoom(bytes: room.bytes, setting: room.setting, wanted: count)
    }
}
