import Yams

extension ProviderSettings {
    /// The most headers of a provider.
    private static let headerLimit = 32
    /// The most bytes of a value: what common servers take for a whole head.
    private static let headerValueLimit = 8_192

    /// Who decides on a header that the configuration may not set.
    private static let decided: [(names: Set<String>, reason: String)] = [
        (
            [
                "connection", "keep-alive", "proxy-authenticate", "proxy-authorization",
                "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
            ], "is of the connection, not of the request (RFC 9110, section 7.6.1)"
        ),
        (
            ["host", "content-length", "expect", "content-type", "accept", "accept-encoding"],
            "follows from the request itself"
        ),
    ]
    /// What carries a key in one family or another.
    private static let keyNames: Set<String> = ["authorization", "x-api-key", "x-goog-api-key"]

    /// The mapping `headers`: sent with every request to the provider.
    mutating func readHeaders(_ section: Section) {
        guard let list = section.openSection("headers") else { return }
        let hasKey = byLane.contains { $0.apiKey != nil }
        var taken: Set<String> = []
        for name in list.keys {
            let lowered = name.lowercased()
            if !Self.isToken(name) {
                list.report("is no name of a header", at: name)
            } else if let rule = Self.decided.first(where: { $0.names.contains(lowered) }) {
                list.report("can't be set: it \(rule.reason)", at: name, suggestion: "leave it out")
            } else if hasKey, Self.keyNames.contains(lowered) {
                list.report(
                    "stands beside the provider's key",
                    at: name,
                    suggestion: "put the key in `apiKey`, or leave `apiKey` out"
                )
            } else if !taken.insert(lowered).inserted {
                list.report("stands there twice, in other letters", at: name)
            } else if let header = header(name, list) {
                headers.append(header)
            }
        }
        if list.keys.count > Self.headerLimit {
            section.report("must have at most \(Self.headerLimit) entries", at: "headers")
        }
        headers.sort { $0.name.lowercased() < $1.name.lowercased() }
    }

    private func header(_ name: String, _ list: Section) -> ProviderHeader? {
        guard let node = list.value(name),
            let secret = list.diagnostics.secret(node, list.path(to: name), isNeeded: isEnabled)
        else { return nil }
        let bytes = secret.revealed.utf8
        guard (1...Self.headerValueLimit).contains(bytes.count) else {
            list.report("must be a text of 1 to \(Self.headerValueLimit) bytes", at: name)
            return nil
        }
        let isKey =
            Self.keyNames.contains(name.lowercased())
            || node.scalar.map { Interpolation.isNeeded(in: $0.string) } ?? false
        return ProviderHeader(name: name, value: secret, isKey: isKey)
    }

    /// RFC 9110, section 5.6.2.
    private static func isToken(_ text: String) -> Bool {
        text.wholeMatch(of: /[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,128}/) != nil
    }
}
