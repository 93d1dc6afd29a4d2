/// Where a web page comes from, as its browser tells it (RFC 6454, section 7): a scheme, a host and a
/// port, compared as the URL standard does (WHATWG URL, section 4.5; HTML, "same origin").
public struct WebOrigin: Hashable, Sendable {
    /// Whom an origin stands for.
    public enum Holder: Sendable {
        /// A page of this machine.
        case thisMachine
        /// What the user installed: an extension, an editor's view, a desktop program.
        case application
        /// Anybody else, a website above all.
        case stranger
    }

    /// The scheme in lower case.
    public let scheme: String
    /// The host: of one of the URL standard's special schemes, whose hosts are machines.
    let host: WebHost?
    /// What stands where the host of other schemes does, as it is written: of an extension, its id.
    let opaqueHost: String?
    /// The port, by the scheme where none is written.
    public let port: UInt16?

    /// An origin; `nil` for `null`, which a page of any website can be, and for what is none.
    public init?(_ text: String) {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), colon > text.startIndex,
            text[colon...].hasPrefix("://"), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        scheme = text[..<colon].lowercased()
        guard Self.isScheme(scheme) else { return nil }
        let rest = text[colon...].dropFirst(3)
        if let standard = Self.defaultPorts[scheme] {
            guard let authority = Authority(rest) else { return nil }
            (host, opaqueHost, port) = (authority.host, nil, authority.port ?? standard)
        } else {
            guard let (written, port) = Authority.split(rest),
                written.utf8.allSatisfy({ !Self.forbidden.contains($0) })
            else { return nil }
            (host, opaqueHost, self.port) = (nil, String(written), port)
        }
    }

    /// The schemes of machines' pages and their ports.
    private static let defaultPorts: [String: UInt16] = [
        "http": 80, "https": 443, "ws": 80, "wss": 443, "ftp": 21,
    ]

    /// The schemes of pages that a program or an extension brings along: no website has one.
    ///
    /// What isn't here can be named in the configuration.
    ///
    /// Sources: Ollama's defaults of `OLLAMA_ORIGINS` (`app`, `file`, `tauri`, `vscode-…`); the browsers' own for
    /// extensions; Ionic's and Capacitor's for apps.
    private static let applications: Set<String> = [
        "app", "file", "tauri", "vscode-webview", "vscode-file", "chrome-extension",
        "moz-extension", "safari-web-extension", "extension", "capacitor", "ionic",
    ]

    /// What no host may hold (WHATWG URL, "forbidden host code point"), among what an origin can have.
    private static let forbidden = Set("#/:<>?@[\\]^|%".utf8)

    /// Who is behind it: a stranger where the scheme is in no list.
    public var holder: Holder {
        if Self.applications.contains(scheme) { return .application }
        guard scheme == "http" || scheme == "https" else { return .stranger }
        return host?.isOfThisMachine == true ? .thisMachine : .stranger
    }

    /// A scheme's form (RFC 3986, section 3.1), in lower case.
    private static func isScheme(_ text: String) -> Bool {
        guard let first = text.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first)
        else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
                true
            default: false
            }
        }
    }
}

/// Pages that may use the gateway: `https://app.example`, or `https://*.example:8443`.
public struct OriginPattern: Hashable, Sendable {
    private enum Meant: Hashable {
        case one(WebOrigin)
        /// Every page below a name, of a scheme and a port.
        case below(HostPattern, sample: WebOrigin)
    }

    private let meant: Meant
    /// The pattern as the configuration writes it.
    public let text: String

    /// A pattern from the configuration; `nil` when it is none: without a scheme, or with a path.
    public init?(_ text: String) {
        guard let origin = WebOrigin(text) else { return nil }
        self.text = text
        guard let host = origin.host else {
            guard origin.opaqueHost?.isEmpty == false, origin.opaqueHost?.contains("*") == false
            else { return nil }
            meant = .one(origin)
            return
        }
        guard let pattern = HostPattern(host.description) else { return nil }
        meant =
            host.description.hasPrefix("*.") ? .below(pattern, sample: origin) : .one(origin)
    }

    /// Whether a page of this origin is meant.
    public func matches(_ origin: WebOrigin) -> Bool {
        switch meant {
        case .one(let one): return origin == one
        case .below(let pattern, let sample):
            guard let host = origin.host else { return false }
            return origin.scheme == sample.scheme && origin.port == sample.port
                && pattern.matches(host)
        }
    }
}
