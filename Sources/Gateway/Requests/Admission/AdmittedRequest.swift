import ClientHTTP
import Events
import Platform
import Providers
import WriteAheadLog

/// What a request begins with, which does not change; a class, since a copy costs a reference count for
/// each of its lists and texts.
final class AdmittedRequest: Sendable {
    let client: ClientRequest
    let received: RequestReceived
    let decision: RouteDecided
    /// When the request's first byte was read, on the monotonic clock.
    let start: Int64
    /// How long it took from there to the decision.
    let decideMicroseconds: Int
    /// When the request's whole time is used up, on the monotonic clock; the decision's deadline.
    let deadline: Int64
    /// How long nothing may come of an attempt before another is made beside it; `nil` for ever.
    let hedgeDelay: Duration?
    /// How long what it recorded is waited for while the disk is full.
    let patience: Patience
    /// What its body takes of the memory of all bodies, for as long as anybody has the request.
    private let room: HeldRoom?

    init(
        _ client: ClientRequest,
        as received: RequestReceived,
        decision: RouteDecided,
        start: Int64,
        decidedAt now: Int64,
        whole: Duration,
        hedgeDelay: Duration?,
        patience: Patience = Patience(),
        holding room: HeldRoom? = nil
    ) {
        self.patience = patience
        self.room = room
        self.client = client
        self.received = received
        self.decision = decision
        self.start = start
        decideMicroseconds = Int(now - start)
        deadline = now + whole.microseconds
        self.hedgeDelay = hedgeDelay
    }

    /// Takes the room that the request needs to be said in the words of another family, which is a
    /// multiple of the body where that has many small parts; `nil` where it needs none.
    ///
    /// It is to be given back as soon as the words are there, since the parts are gone then.
    /// - Throws: `NoRoom`, `TooManyParts`.
    func roomToTranslate() async throws -> HeldRoom? {
        guard let room = room?.room, client.body.count > ArrivingBody.plain else { return nil }
        if let kept = client.readingRoom as? HeldRoom { return kept }
        guard let parts = client.partBytes(within: room) else {
            throw TooManyParts(setting: room.setting)
        }
        let held = HeldRoom(of: room)
        try await held.grow(to: parts, patience: ArrivingBody.patience)
        return held
    }
}

extension ClientRequest {
    /// The bytes that a translation keeps of each object of the body besides its text: measured, 870.
    private static let translatedObject = 1_000

    /// The bytes that a translation keeps of the body's parts; `nil` where that, with the body, is more than
    /// one request may have of a room.
    fileprivate func partBytes(within room: MemoryRoom) -> Int? {
        let parts = Self.translatedObject * objectCount
        return ArrivingBody.copies * body.count + parts <= room.share ? parts : nil
    }

    /// Keeps what was read of a long body up to its first attempt where there is room for it now, and forgets
    /// it where there is none: read again it costs a millisecond or two for 256 KiB, and whoever waits for
    /// room may be many.
    func keepReading(in room: MemoryRoom) {
        guard body.count > ArrivingBody.plain, hasReading else { return }
        let held = HeldRoom(of: room)
        do throws(NoRoom) {
            guard let parts = partBytes(within: room) else { return forgetReading() }
            try held.growNow(to: parts, yielding: true)
            keepReading(holding: held)
        } catch {
            forgetReading()
        }
    }
}

/// A body whose parts are so many that to translate it takes more than one request's share of the memory
/// of all bodies.
struct TooManyParts: Error, CustomStringConvertible {
    let setting: String

    var description: String {
        "the body has so many parts that to translate it takes more than 1/\(ArrivingBody.shares) of "
            + "\(setting); send fewer, or ask a provider of the same API"
    }
}
