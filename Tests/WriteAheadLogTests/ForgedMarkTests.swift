import Testing

@testable import WriteAheadLog

/// Durable marks that someone changed, with the checksum fitted: they may hide what is there or promise
/// what is not, but stop nobody.
@Suite struct ForgedMarkTests {
    static let count = 40

    /// A change of the mark's slots at their places (docs/log-format.md).
    struct Forgery: Sendable, CustomTestStringConvertible {
        var place: Int
        var value: UInt64
        var testDescription: String { "\(value) at \(place)" }
    }

    static let forgeries = [8, 32, 40, 48].flatMap { place in
        [0, 1, 39, 40, 41, 1 << 31, 1 << 32, 1 << 48, 1 << 63, .max - 1, .max].map {
            Forgery(place: place, value: $0)
        }
    }

    static func forge(_ system: MemoryFileSystem, _ forgery: Forgery) {
        let path = "\(MemoryFileSystem.directory)/durable"
        var bytes = system.bytes(path)
        for slot in [0, DurableMark.slotDistance] where bytes.count >= slot + DurableMark.size {
            if forgery.place == 40 {
                bytes.store(UInt32(truncatingIfNeeded: forgery.value), at: slot + 40)
            } else {
                bytes.store(forgery.value, at: slot + forgery.place)
            }
            let end = slot + DurableMark.size
            bytes.store(CRC32C.of(bytes, (slot + 8)..<end), at: slot + 4)
        }
        system.setBytes(path, bytes)
    }

    @Test(arguments: forgeries)
    func `a forged mark is refused or passed over`(forgery: Forgery) throws {
        let system = try MemoryFileSystem.holding((1...Self.count).map { ["record \($0)"] })
        var reader = try system.reader()
        let records = try reader.records()
        Self.forge(system, forgery)
        let found = ForgedFooterTests.value { try reader.records() } ?? []
        #expect(found == Array(records.prefix(found.count)))
        let writer = ForgedFooterTests.value { try system.writer() }
        #expect(writer == nil || writer?.nextSequence == UInt64(records.count + 1))
        try writer?.close()
    }
}
