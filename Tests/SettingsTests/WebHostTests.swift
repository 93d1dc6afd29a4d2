import Settings
import Testing

/// Hosts as the URL standard reads them; the examples are of WHATWG URL, sections 3.5 to 3.7, and of the Web
/// Platform Tests for URLs (`url/resources/urltestdata.json`).
struct WebHostTests {
    @Test(arguments: [
        ("EXAMPLE.com.", "example.com"), ("ex%41mple.com", "example.com"), ("a_b", "a_b"),
        ("127.0.0.1", "127.0.0.1"), ("127.1", "127.0.0.1"), ("0x7F000001", "127.0.0.1"),
        ("0177.0.0x0.1", "127.0.0.1"), ("2130706433", "127.0.0.1"), ("256", "0.0.1.0"),
        ("0x", "0.0.0.0"), ("192.168.257", "192.168.1.1"), ("127.0.0.1.", "127.0.0.1"),
        ("%31%32%37.1", "127.0.0.1"), ("0xffffffff", "255.255.255.255"),
        ("1.evil.example", "1.evil.example"), ("0x7f.example", "0x7f.example"),
        ("[::1]", "[0:0:0:0:0:0:0:1]"), ("[0:0::1]", "[0:0:0:0:0:0:0:1]"),
        ("[::FFFF:127.0.0.1]", "[0:0:0:0:0:ffff:7f00:1]"),
        ("[1:2:3:4:5:6:7::]", "[1:2:3:4:5:6:7:0]"),
        ("[2001:DB8::]", "[2001:db8:0:0:0:0:0:0]"), ("[::]", "[0:0:0:0:0:0:0:0]"),
    ])
    func `every spelling of a host is the same host`(text: String, spelled: String) {
        #expect(WebHost(text)?.description == spelled)
    }

    @Test(arguments: [
        "", ".", "a b", "a/b", "a:80", "a@b", "a#", "a?b", "a\\b", "a|b", "a<b", "a^b", "%", "%g0",
        "%00", "%20", "a%2fb", "%25", "b\u{FC}cher.example", "b%C3%BCcher.example", "\u{7F}",
        "1.2.3.4.5", "256.0.0.1", "1.2.3.256", "0xfffffffff", "4294967296", "09.0.0.1", "evil.09",
        "127.0.0.0x1g.1", "[evil.example]", "[::1", "::1", "[::1]x", "[]", "[:::1]", "[1::2::3]",
        "[1:2:3:4:5:6:7]", "[1:2:3:4:5:6:7:8:9]", "[12345::]", "[::1%25eth0]", "[::1.2.3]",
        "[::1.2.3.04]", "[::1.2.3.256]", "[::127.0.0.1:1]", "[g::]", "[:1]", "[1:]", "[\u{308}::1]",
    ])
    func `what is no host is none`(text: String) {
        #expect(WebHost(text) == nil)
    }

    @Test(arguments: [
        "a:", "a:0", "a:65535", "[::1]:1", "127.0.0.1:80", "A.:8080",
    ])
    func `a port is a number`(text: String) {
        #expect(Authority(text) != nil)
    }

    @Test(arguments: [
        "a:65536", "a:+1", "a:1 ", "a:1:2", "a:\u{661}", "[::1]1", ":80", "a:-1", "u@a:1", "a,b:1;",
    ])
    func `another is none`(text: String) {
        #expect(Authority(text) == nil)
    }
}
