import Foundation

/// Which addresses mean this machine.
enum Loopback {
    /// Whether `host` is this machine by name or by address.
    static func contains(host: String) -> Bool {
        let bare =
            host.hasPrefix("[") && host.hasSuffix("]") ? host.dropFirst().dropLast() : host[...]
        if bare == "localhost" || bare == "::1" { return true }
        let parts = bare.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// Whether the host of `url` is this machine.
    static func contains(url: String) -> Bool {
        URLComponents(string: url)?.host.map { contains(host: $0) } ?? false
    }
}
