import Events
import Testing

@testable import Ledger

/// What takes clients' keys out of names is made once for a key, not for each request.
struct ClientKeyRedactionTests {
    private func key(_ number: Int, filler: Int = 0) throws -> KnownSecret {
        let text = "client-key-\(number)-of-many" + String(repeating: "x", count: filler)
        return try #require(KnownSecret(value: text))
    }

    @Test func `a key is looked for in all its forms, kept or not`() throws {
        let redactions = ClientKeyRedactions()
        for _ in 0..<3 {
            let redaction = redactions.redaction(of: try key(1))
            #expect(redaction.masked("x client-key-1-of-many y") == "x [key] y")
            #expect(redaction.masked("Y2xpZW50LWtleS0xLW9mLW1hbnk=").contains("[key]"))
            #expect(redaction.masked("client-key-2") == "client-key-2")
        }
        #expect(redactions.count == 1)
    }

    @Test func `many keys, and long ones, take no more memory than some`() throws {
        let redactions = ClientKeyRedactions()
        for number in 0..<1_000 {
            let redaction = redactions.redaction(of: try key(number))
            #expect(redaction.finds(in: "client-key-\(number)-of-many"))
            #expect(redactions.count <= ClientKeyRedactions.limit)
        }
        let count = redactions.count
        let long = try key(0, filler: ClientKeyRedactions.keyLimit)
        #expect(redactions.redaction(of: long).finds(in: String(repeating: "x", count: 2_000)))
        #expect(redactions.count == count)
    }
}
