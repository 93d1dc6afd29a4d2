import TestSupport
import Testing

@testable import Events

/// Each released type and version of an event has a file of bytes that every later build must read.
@Suite("Golden files")
struct GoldenTests {
    static func files(of event: Event) -> GoldenFiles {
        GoldenFiles(of: event.body.name, besides: #filePath)
    }

    @Test(arguments: Samples.events)
    func `the newest golden bytes of a type mean the event with every field filled`(
        event: Event
    ) throws {
        var bytes: [UInt8] = []
        event.encode(into: &bytes)
        let files = Self.files(of: event)
        try files.writeIfAsked(bytes)
        let newest = try #require(try files.all().last)
        #expect(try Event(decoding: newest) == event)
        #expect(bytes == newest, "the encoding changed: add fields, never change them")
    }

    /// A field of an older version that changed its meaning would be lost or moved on the way.
    @Test(arguments: Samples.events)
    func `the golden bytes of every version come back as they were`(event: Event) throws {
        let versions = try Self.files(of: event).all()
        #expect(!versions.isEmpty)
        for (index, golden) in versions.enumerated() {
            var bytes: [UInt8] = []
            try Event(decoding: golden).encode(into: &bytes)
            #expect(bytes == golden, "version \(index + 1)")
        }
    }
}
