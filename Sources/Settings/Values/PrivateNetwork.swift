import Catalog
import Foundation

/// Which addresses are of this machine or of a network of the user's own.
enum PrivateNetwork {
    /// Endings of names that no public registry gives out: RFC 6762 (`.local`), RFC 6761
    /// (`.localhost`), RFC 8375 (`.home.arpa`), ICANN's `.internal`, and routers' `.lan`.
    private static let endings = [".local", ".localhost", ".home.arpa", ".internal", ".lan"]

    /// Whether the host of `url` is this machine's or a private network's.
    static func contains(url: String) -> Bool {
        URLComponents(string: url)?.host.map { contains(host: $0) } ?? false
    }

    /// Whether `host` is this machine's or a private network's, by name or by address.
    ///
    /// A name without a dot is one of a local network or of a container's: `workstation`, `vllm`.
    static func contains(host: String) -> Bool {
        if Loopback.contains(host: host) { return true }
        let bare = host.hasPrefix("[") ? host.dropFirst().prefix { $0 != "]" } : host[...]
        let name = bare.lowercased()
        if name.contains(":") { return isPrivateIPv6(name) }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { UInt8($0) }
        if parts.count == 4, numbers.count == 4 { return isPrivateIPv4(numbers) }
        if parts.count == 1 { return !name.isEmpty && UInt32(name) == nil }
        return endings.contains { name.hasSuffix($0) }
    }

    /// RFC 1918, RFC 6598 (shared, as of Tailscale) and RFC 3927 (link-local).
    private static func isPrivateIPv4(_ numbers: [UInt8]) -> Bool {
        switch (numbers[0], numbers[1]) {
        case (10, _), (192, 168), (169, 254), (172, 16...31), (100, 64...127): true
        default: false
        }
    }

    /// RFC 4193 (`fc00::/7`) and RFC 4291 (`fe80::/10`).
    private static func isPrivateIPv6(_ address: String) -> Bool {
        guard let first = address.split(separator: ":", omittingEmptySubsequences: false).first,
            let number = UInt16(first, radix: 16)
        else { return false }
        return number & 0xFE00 == 0xFC00 || number & 0xFFC0 == 0xFE80
    }
}

extension ProviderType {
    /// Whether servers of the user's own speak the type's API: llama.cpp and vLLM do both.
    ///
    /// Of another type, a local address is a proxy's that leads to the paid service.
    var isSpokenByOwnServers: Bool { self == .openai || self == .claude }
}
