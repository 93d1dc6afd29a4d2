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
        #expect(pattern.matches(try #require(Authority(host)).host))
        #expect(pattern.matches(try #require(Authority("\(host):8080")).host))
        guard !host.hasPrefix("[") else { return }
        #expect(pattern.matches(try #require(Authority("\(host).:8080")).host))
    }

    @Test(arguments: [
        ("gate.example", "evil.gate.example"), ("*.example", "example"),
        ("*.example", "badexample"),
        ("*.example", ".example"), ("gateway", "gateway.evil.example"),
        ("*.internal", "internal.evil.example"), ("127.0.0.1", "127.0.0.2"),
        ("[::1]", "[::2]"),
    ])
    func `another host is not`(pattern: String, host: String) throws {
        #expect(try !#require(HostPattern(pattern)).matches(#require(WebHost(host))))
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
        "HTTP://LOCALHOST", "http://0x7f.1", "http://2130706433", "http://017700000001",
        "http://[0:0:0:0:0:0:0:1]", "http://[::ffff:127.0.0.1]", "http://%6cocalhost",
    ])
    func `pages of this machine are known`(text: String) throws {
        #expect(try #require(WebOrigin(text)).holder == .thisMachine)
    }

    @Test(arguments: [
        "vscode-webview://1a2b", "chrome-extension://abcdef", "app://obsidian.md", "file://",
        "TAURI://localhost", "moz-extension://0-1", "capacitor://localhost",
    ])
    func `what the user installed is known`(text: String) throws {
        #expect(try #require(WebOrigin(text)).holder == .application)
    }

    @Test(arguments: [
        "http://localhost.evil.example", "https://evil.example", "http://127.0.0.1.evil.example",
        "http://192.168.1.5", "http://xlocalhost", "HTTP://EVIL.EXAMPLE", "ftp://evil.example",
        "ftp://localhost", "ws://localhost", "gopher://localhost", "https://[2001:db8::1]",
        "http://128.0.0.1", "http://localhos%74.evil.example", "x-unknown://localhost",
    ])
    func `others are strangers`(text: String) throws {
        #expect(try #require(WebOrigin(text)).holder == .stranger)
    }

    @Test(arguments: [
        "null", "", "localhost", "://a", "http:", "http://localhost:80@evil.example",
        "http://localhost http://evil.example", "http://localhost@evil.example",
        "http://[evil.example]", "http://localhost:65536", "http://localhost:8a", "1http://a",
        "http://localhost/x", "http://a_b|c", "http://%zz",
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
        ("http://[fd00::1]", "http://[fd00:0::0:1]:80"), ("http://10.0.0.1", "http://10.1"),
        ("web+x://one", "WEB+X://one"),
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
        ("web+x://one", "web+x://two"), ("web+x://one", "web+x://ONE"),
    ])
    func `another origin is not`(pattern: String, text: String) throws {
        let (pattern, origin) = (
            try #require(OriginPattern(pattern)), try #require(WebOrigin(text))
        )
        #expect(!pattern.matches(origin))
    }

    @Test(arguments: [
        "*", "null", "app.example", "https://", "https://app.example/x", "https://*", "app://*",
        "app://",
    ])
    func `what is no origin is no pattern of one`(text: String) {
        #expect(OriginPattern(text) == nil)
    }
}
