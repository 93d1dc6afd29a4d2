import CZlib
import Platform

extension ContentCoding {
    /// How many times its size a body may have once it is inflated: repetitive conversations reach some
    /// dozens, what is made to fill the memory a thousand.
    static let ratioLimit = 250
    /// The bytes that any body may have, however small it was.
    static let ratioFree = 1 << 20
    /// The bytes that are inflated in one step.
    private static let step = 64 << 10

    /// The body, inflated beside the loops, in room that it waits for as any body does.
    ///
    /// No thread waits with it: where there is no room it starts over once there is. Each time it has
    /// room for twice as much, so that is a few times at most.
    /// - Throws: `InvalidCoding`, `BodyTooLong`, `BodyTooDense`, `NoRoom`.
    func inflated(
        _ body: [UInt8],
        upTo limit: BodyLimit,
        in held: HeldRoom?,
        patience: Duration = ArrivingBody.patience
    ) async throws -> [UInt8] {
        let end = ContinuousClock.now + patience
        while true {
            let lack: NoRoom
            do {
                let output = try await BlockingWork.run {
                    try inflated(body, upTo: limit) { count in
                        guard count > ArrivingBody.plain else { return }
                        try held?.growNow(to: ArrivingBody.copies * (body.count + count))
                    }
                }
                // What it was inflated from is gone.
                let needsRoom = output.count > ArrivingBody.plain
                held?.shrink(to: needsRoom ? ArrivingBody.copies * output.count : 0)
                return output
            } catch let error as NoRoom {
                lack = error
            }
            try await held?.grow(to: lack.wanted, patience: end - ContinuousClock.now)
        }
    }

    /// The body, inflated.
    ///
    /// Some ten milliseconds a megabyte: not for an event loop.
    ///
    /// - Parameters:
    ///   - body: the body as it came.
    ///   - limit: the most that it may become.
    ///   - hold: takes room for so many bytes before they are made.
    /// - Returns: what it was before it was compressed.
    /// - Throws: `InvalidCoding`, `BodyTooLong`, `BodyTooDense`, what `hold` throws; no more is inflated
    ///   than that takes.
    func inflated(
        _ body: [UInt8],
        upTo limit: BodyLimit,
        hold: (Int) throws -> Void = { _ in }
    ) throws -> [UInt8] {
        guard !body.isEmpty else { return body }
        var output: [UInt8] = []
        let expected = min(body.count * 4, limit.bytes)
        try hold(expected)
        output.reserveCapacity(expected)
        var offset = 0
        repeat {
            offset = try inflate(body, from: offset, into: &output, upTo: limit, hold: hold)
            // A file of gzip may be several, one after the other (RFC 1952, section 2.2).
        } while self == .gzip && offset < body.count
        guard offset == body.count else {
            throw InvalidCoding(coding: self, reason: "more follows after its end")
        }
        return output
    }

    /// Inflates from an offset on; returns where what was inflated ends.
    private func inflate(
        _ body: [UInt8],
        from offset: Int,
        into output: inout [UInt8],
        upTo limit: BodyLimit,
        hold: (Int) throws -> Void
    ) throws -> Int {
        // SAFETY: zlib remembers where its state lies, so that it has a place of its own; freed
        // below.
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        defer { unsafe stream.deallocate() }
        guard unsafe czlib_inflate_init(stream, windowBits(of: body)) == Z_OK else {
            throw InvalidCoding(coding: self, reason: "there is no memory to inflate it")
        }
        defer { unsafe inflateEnd(stream) }
        // SAFETY: zlib reads only as many bytes as `avail_in` says, which lie in the array.
        return try unsafe body.withUnsafeBufferPointer { bytes in
            unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
                .map { unsafe $0 + offset }
            unsafe stream.pointee.avail_in = UInt32(body.count - offset)
            while true {
                var status = Z_OK
                // SAFETY: zlib writes only as many bytes as `avail_out` says.
                let piece = unsafe [UInt8](unsafeUninitializedCapacity: Self.step) { room, count in
                    unsafe stream.pointee.next_out = room.baseAddress
                    unsafe stream.pointee.avail_out = UInt32(Self.step)
                    status = unsafe CZlib.inflate(stream, Z_NO_FLUSH)
                    count = unsafe Self.step - Int(stream.pointee.avail_out)
                }
                let count = output.count + piece.count
                if count > limit.bytes { throw BodyTooLong(limit: limit) }
                if count > max(Self.ratioFree, body.count * Self.ratioLimit) {
                    throw BodyTooDense(coding: self)
                }
                // An array that grows takes twice its bytes.
                if count > output.capacity { try hold(min(2 * count, limit.bytes)) }
                output += piece
                switch status {
                case Z_STREAM_END: return unsafe body.count - Int(stream.pointee.avail_in)
                case Z_OK: continue
                case Z_BUF_ERROR: throw InvalidCoding(coding: self, reason: "it ends too early")
                default:
                    throw InvalidCoding(coding: self, reason: "it is damaged, or something else")
                }
            }
        }
    }

    /// What zlib is to expect: `deflate` means its own form, though some clients send the bare stream
    /// that the word names (RFC 9110, section 8.4.1.2).
    private func windowBits(of body: [UInt8]) -> Int32 {
        if self == .gzip { return 31 }
        // RFC 1950, section 2.2: the method is 8, and the first two bytes are a multiple of 31.
        let isWrapped =
            body.count > 1 && body[0] & 0x0F == 8 && (Int(body[0]) << 8 | Int(body[1])) % 31 == 0
        return isWrapped ? 15 : -15
    }
}
