import Testing

@testable import Settings

@Suite("Private networks")
struct PrivateNetworkTests {
    @Test(arguments: [
        ("127.0.0.1", true), ("localhost", true), ("[::1]", true), ("10.1.2.3", true),
        ("172.16.0.1", true), ("172.32.0.1", false), ("192.168.1.5", true), ("192.169.1.5", false),
        ("100.64.0.1", true), ("100.128.0.1", false), ("169.254.1.1", true), ("8.8.8.8", false),
        ("[fd12::1]", true), ("[fe80::1]", true), ("[2001:db8::1]", false),
        ("workstation", true), ("vllm", true), ("nas.local", true), ("x.internal", true),
        ("host.docker.internal", true), ("api.openai.com", false), ("local", true),
        ("notlocal.com", false), ("2130706433", false), ("", false),
    ])
    func `an address is of a private network`(host: String, isPrivate: Bool) {
        #expect(PrivateNetwork.contains(host: host) == isPrivate)
    }
}
