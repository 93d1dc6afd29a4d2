import Settings
import Testing

@Suite("Hosts and origins")
struct HostPatternTests {
    @Test(arguments: [
        ("gate.example", "gate.example"), ("gate.example", "GATE.Example"),
        ("Gate.Example.", "gate.example"), ("*.example", "a.example"), ("*.example", "a.b.example"),
        ("gateway", "gateway"), ("192.168.1.5", "192.168.1.5"), ("[fd00::1]", "[FD00::1]"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
    ])
    func `a host is matched whatever its case`(pattern: String, host: String) throws {
        let pattern = try #require(HostPattern(pattern))
        #expect(pattern.matches(Authority(host[...]).host))
        #expect(pattern.matches(Authority("\(host).:8080").host))
    }

    @Test(arguments: [
        ("gate.example", "evil.gate.example"), ("*.example", "example"),
        ("*.example", "badexample"),
        ("*.example", ".example"), ("gateway", "gateway.evil.example"),
        ("*.internal", "internal.evil.example"),
    ])
    func `another host is not`(pattern: String, host: String) throws {
        #expect(try !#require(HostPattern(pattern)).matches(host[...]))
    }

    @Test(arguments: [
        "", "*", "*.", ".", "a b", "http://a", "a:80", "a:", "a/b", "a.*", "*a", "bücher.example",
        "*.127.0.0.1",
    ])
    func `what is no host is no pattern`(text: String) {
        #expect(HostPattern(text) == nil)
    }

    @Test(arguments: [
        "http://localhost", "http://LOCALHOST:3000", "https://localhost.:1",
        "http://127.0.0.1:5173",
        "http://127.9.9.9", "http://[::1]:80", "http://app.localhost:3000", "http://0.0.0.0:8000",
    ])
    func `pages of this machine are known`(text: String) throws {
        let origin = try #require(WebOrigin(text))
        #expect(origin.isWebsite && origin.isOfThisMachine)
    }

    @Test(arguments: [
        "http://localhost.evil.example", "https://evil.example", "http://127.0.0.1.evil.example",
        "http://localhost@evil.example", "http://192.168.1.5", "http://xlocalhost",
    ])
    func `others are not`(text: String) throws {
        #expect(try !#require(WebOrigin(text)).isOfThisMachine)
    }

    @Test(arguments: [
        "null", "", "localhost", "://a", "http:", "http://localhost:80@evil.example",
        "http://localhost http://evil.example",
    ])
    func `what is no origin is none`(text: String) {
        #expect(WebOrigin(text) == nil)
    }

    @Test(arguments: [
        ("https://app.example", "https://app.example"),
        ("https://app.example", "https://APP.example:443"),
        ("https://*.example:8443", "https://a.b.example:8443"),
        ("http://192.168.1.5:3000", "http://192.168.1.5:3000"),
        ("HTTPS://app.example", "https://app.example"),
    ])
    func `an origin is matched by scheme, host and port`(pattern: String, text: String) throws {
        let (pattern, origin) = (
            try #require(OriginPattern(pattern)), try #require(WebOrigin(text))
        )
        #expect(pattern.matches(origin))
    }

    @Test(arguments: [
        ("https://app.example", "http://app.example"),
        ("https://app.example", "https://app.example:8443"),
        ("https://*.example", "https://example"),
        ("https://app.example", "https://app.example.evil.example"),
    ])
    func `another origin is not`(pattern: String, text: String) throws {
        let (pattern, origin) = (
            try #require(OriginPattern(pattern)), try #require(WebOrigin(text))
        )
        #expect(!pattern.matches(origin))
    }

    @Test(arguments: ["*", "null", "app.example", "https://", "https://app.example/x", "https://*"])
    func `what is no origin is no pattern of one`(text: String) {
        #expect(OriginPattern(text) == nil)
    }
}
