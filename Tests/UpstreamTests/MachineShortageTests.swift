import Glibc
import Testing

@testable import Upstream

/// What is this machine's own lack, and what is the upstream's doing.
struct MachineShortageTests {
    @Test(arguments: [EMFILE, ENFILE, ENOMEM, ENOBUFS])
    func `a lack of the machine says what to do`(number: Int32) throws {
        #expect(try #require(MachineShortage.words(for: number)).isEmpty == false)
    }

    @Test(arguments: [0, ECONNREFUSED, ETIMEDOUT, EHOSTUNREACH, ENETUNREACH, ECONNRESET, EACCES])
    func `what an upstream does is no lack`(number: Int32) {
        #expect(MachineShortage.words(for: number) == nil)
    }

    @Test func `an address without a listener is refused, by name and by number`() async throws {
        let client = try UpstreamClient()
        // `localhost` may lead to ::1 as well, which a machine without IPv6 has no address for.
        for host in ["127.0.0.1", "localhost"] {
            let failure = await client.start(.get("http://\(host):1/")).failure()
            switch failure {
            case .connectionRefused, .connectionFailed: break
            default: Issue.record("\(host): \(String(describing: failure))")
            }
        }
    }
}
