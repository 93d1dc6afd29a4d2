import ClientHTTP
import Events
import HTTPTypes
import Hummingbird
import Providers
import Settings

/// Where a client's hints to the router are read: the headers `x-logway-NAME`, and members of the
/// body's `metadata` of that name or plainly `NAME`; a header beats a member.
///
/// What is there is meant, so a hint that can't be read is the client's mistake and named; a hint that
/// was skipped in silence could send a request off the machine. So is one that there is not: it is most
/// often a known one mistyped.
struct HintReader {
    /// The most labels of a request, and the bytes of each and of a tenant's name: they are kept
    /// for ever.
    static let textLimit = 64
    static let tagLimit = 16
    /// The bytes of the longest name of a cache; it is hashed, not kept.
    private static let cacheKeyLimit = 256
    private static let headerPrefix = "x-logway-"

    private let headers: HTTPFields
    private let metadata: [String: String]

    /// The hints of a request.
    ///
    /// - Parameters:
    ///   - headers: the request's headers.
    ///   - metadata: what stands in the body's `metadata`.
    init(_ headers: HTTPFields, metadata: [String: String]) {
        self.headers = headers
        self.metadata = metadata
    }

    private var hasAny: Bool {
        !metadata.isEmpty
            || headers.contains { $0.name.canonicalName.hasPrefix(Self.headerPrefix) }
    }

    /// Headers of answers: clients that send on what an earlier answer brought mean nothing by them.
    private static let echoes: Set<String> = Set(
        [HTTPField.Name.requestID, .provider, .model, .costUSD, .estimate].map(\.canonicalName)
    )
    /// The bytes of an unknown name that a message quotes.
    private static let quoted = 64

    private func refuseUnknown() throws(RequestError) {
        for header in headers { try refuseUnlessKnown(header.name.canonicalName) }
        for member in metadata.keys { try refuseUnlessKnown(member, in: "metadata.") }
    }

    private func refuseUnlessKnown(_ name: String, in path: String = "") throws(RequestError) {
        guard name.lowercased().hasPrefix(Self.headerPrefix), !Self.echoes.contains(name),
            RoutingHint(rawValue: String(name.dropFirst(Self.headerPrefix.count))) == nil
        else { return }
        let shown = name.limited(toBytes: Self.quoted)
        let nearest = SpellingSuggestion.match(
            for: String(shown.dropFirst(Self.headerPrefix.count)),
            among: RoutingHint.allCases.lazy.map(\.rawValue)
        )
        throw RequestError(
            "there is no hint '\(path)\(shown)'; "
                + (nearest.map { "did you mean \(Self.headerPrefix)\($0)?" }
                    ?? "there is " + RoutingHint.allCases.map(\.header).joined(separator: ", ")),
            field: path + shown
        )
    }

    /// A hint as it was written, and where.
    private func value(_ hint: RoutingHint) -> (source: String, text: String)? {
        if let text = HTTPField.Name(hint.header).flatMap({ headers[$0] }) {
            return (hint.header, text)
        }
        guard !metadata.isEmpty else { return nil }
        for name in hint.members {
            if let text = metadata[name] { return ("metadata.\(name)", text) }
        }
        return nil
    }

    /// The client's name for the requests that share a prompt cache.
    ///
    /// - Throws: `RequestError` for one that is empty or too long.
    func cacheKey() throws(RequestError) -> String? {
        guard hasAny else { return nil }
        return try parsed(.cacheKey, "a text of 1 to \(Self.cacheKeyLimit) bytes") {
            $0.isEmpty || $0.utf8.count > Self.cacheKeyLimit ? nil : $0
        }
    }

    /// Writes the hints into the request's event.
    ///
    /// - Throws: `RequestError` that names the hint that can't be read.
    func read(into received: inout RequestReceived) throws(RequestError) {
        // Most requests bring none, and looking each up takes as long as deciding.
        guard hasAny else { return }
        try refuseUnknown()
        received.task = try parsed(.task, "a task type: \(Self.taskNames)") {
            TaskType(name: $0)?.name
        }
        received.tags = try labels()
        received.tenant = try parsed(.tenant, "a name of 1 to \(Self.textLimit) bytes") {
            $0.isEmpty || $0.utf8.count > Self.textLimit ? nil : $0
        }
        received.hints = try hints()
    }

    /// The hints that a rule or a strategy goes by.
    private func hints() throws(RequestError) -> RequestHints {
        var hints = RequestHints()
        hints.complexity = try parsed(
            .complexity,
            "one of " + Complexity.allCases.map(\.name).joined(separator: ", ")
        ) { Complexity(name: $0) }
        hints.maxCost = try parsed(.maxCost, "an amount in US dollars such as 0.05") {
            Nanodollars(dollars: $0).flatMap { $0 >= .zero ? $0 : nil }
        }
        hints.maxLatencyMicroseconds = try parsed(
            .maxLatency,
            "whole milliseconds from 1 to 86400000"
        ) { text in
            Int(text).flatMap { (1...86_400_000).contains($0) ? $0 * 1_000 : nil }
        }
        hints.isLocalOnly =
            try parsed(.localOnly, "true or false") { text in
                switch text.lowercased() {
                case "true", "1", "yes": true
                case "false", "0", "no": false
                default: nil
                }
            } ?? false
        hints.required =
            try parsed(
                .require,
                "capabilities separated by commas, of "
                    + Capabilities.allNames.joined(separator: ", ")
            ) { text in
                var all: Capabilities = []
                for name in text.split(separator: ",").map(\.trimmed) {
                    guard let one = Capabilities(name: name) else { return nil }
                    all.insert(one)
                }
                return all
            } ?? []
        return hints
    }

    private func parsed<Value>(
        _ hint: RoutingHint,
        _ wanted: String,
        _ parse: (String) -> Value?
    ) throws(RequestError) -> Value? {
        guard let (source, text) = value(hint) else { return nil }
        guard let parsed = parse(Substring(text).trimmed) else {
            throw RequestError("\(source) must be \(wanted)", field: source)
        }
        return parsed
    }

    private func labels() throws(RequestError) -> [String] {
        guard let (source, text) = value(.tags) else { return [] }
        let tags = text.split(separator: ",").map(\.trimmed).filter { !$0.isEmpty }
        let isShort = tags.allSatisfy { $0.utf8.count <= Self.textLimit }
        guard tags.count <= Self.tagLimit, isShort else {
            throw RequestError(
                "\(source) must be at most \(Self.tagLimit) labels of at most \(Self.textLimit) "
                    + "bytes, separated by commas",
                field: source
            )
        }
        return tags
    }

    private static let taskNames = TaskType.allCases.map(\.name).joined(separator: ", ")
}

extension Substring {
    /// Without the spaces around it.
    fileprivate var trimmed: String {
        var rest = self
        while rest.first == " " || rest.first == "\t" { rest.removeFirst() }
        while rest.last == " " || rest.last == "\t" { rest.removeLast() }
        return String(rest)
    }
}
