import Platform
import Providers
import Testing
import Upstream

@testable import ProviderClients

/// What a provider's failure says of this machine.
struct OwnShortageTests {
    @Test func `a lack of ports is one of a single address, a lack of descriptors is everybody's`()
    {
        #expect(ProviderFailure(UpstreamError.noLocalPort(endpoint: "a:1")).shortage == .ports)
        #expect(ProviderFailure(UpstreamError.system("no descriptor")).shortage == .system)
        #expect(ProviderFailure(UpstreamError.connectionRefused(endpoint: "a:1")).shortage == nil)
    }
}
