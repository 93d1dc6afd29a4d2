import Foundation
import Testing

@testable import Events

@Suite("Redaction")
struct RedactionTests {
    /// A key that has no known shape, with what JSON and URLs write in another way.
    static let secret = "corp/7f3A9c\"1d+5E7b?Qz81Lm"
    /// A key of each shape that is known.
    static let canaries = [
        "sk-4kQz81LmN0pRs7TuVw2Xy", "sk-proj-4kQz81LmN0pRs7TuVw2Xy_Zab9Cd-0",
        "sk-ant-api03-4kQz81LmN0pRs7TuVw2Xy-AA", "sk-or-v1-4b1f9c0d5e7b4b1f9c0d5e7b",
        "gsk_4kQz81LmN0pRs7TuVw2XyWGdyb3FY", "AIzaSyD4kQz81LmN0pRs7TuVw2XyZab9CdEf0",
        "xai-4kQz81LmN0pRs7TuVw2XyZab9Cd", "hf_kQzLmN0pRs7TuVw2XyZab9CdEfGhIjKl",
        "r8_4kQz81LmN0pRs7TuVw2XyZab9CdEfGh", "pplx-4kQz81LmN0pRs7TuVw2XyZab9CdEf",
        "nvapi-4kQz81LmN0pRs7TuVw2XyZab9CdEf", "csk-4kQz81LmN0pRs7TuVw2XyZab9Cd",
        "fw_4kQz81LmN0pRs7TuVw2Xy", "tgp_v1_4kQz81LmN0pRs7TuVw2XyZab9Cd",
        "ghp_4kQz81LmN0pRs7TuVw2XyZab9CdEf0123", "gho_4kQz81LmN0pRs7TuVw2XyZab9CdEf0123",
        "ghs_4kQz81LmN0pRs7TuVw2XyZab9CdEf0123", "github_pat_11ABCDE_4kQz81LmN0pRs7TuVw2XyZab",
        "glpat-4kQz81LmN0pRs7TuVw2X", "AKIAIOSFODNN7EXAMPLE", "ASIA4KQZ81LMN0PRS7TU",
        "xoxb-123456789012-4kQz81LmN0pRs7TuVw2Xy", "npm_4kQz81LmN0pRs7TuVw2XyZab9CdEf0123",
        "ya29.4kQz81LmN0pRs7TuVw2XyZab9Cd", "GOCSPX-4kQz81LmN0pRs7TuVw2Xy",
        "sk_live_4kQz81LmN0pRs7TuVw2Xy", "lsv2_pt_4b1f9c0d5e7b4b1f9c0d5e7b",
        "jina_4kQz81LmN0pRs7TuVw2XyZab9Cd", "tvly-4kQz81LmN0pRs7TuVw2Xy",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----",
        "c2stcHJvai00a1F6ODFMbU4wcFJz", "736b2d70726f6a2d346b517a38314c6d",
    ]

    /// The forms of a secret in which it may come back.
    static func forms(of secret: String) -> [String] {
        let bytes = Data(secret.utf8)
        func base64(_ before: String) -> String {
            (Data(before.utf8) + bytes + Data(" end".utf8)).base64EncodedString()
        }
        let allowed = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-._~"))
        return [
            secret, secret.uppercased(), secret.lowercased(), String(secret.dropFirst()),
            String(secret.dropLast()), String(secret.dropFirst(4).dropLast(4)),
            secret.replacing("\"", with: "\\\""),
            secret.replacing("\"", with: "\\\"").replacing("/", with: "\\/"),
            secret.addingPercentEncoding(withAllowedCharacters: allowed) ?? "",
            bytes.map { String(format: "%02x", $0) }.joined(),
            bytes.map { String(format: "%02X", $0) }.joined(),
            base64(""), base64("a"), base64("user:"),
            base64("").replacing("+", with: "-")
                .replacing("/", with: "_"),
        ]
    }

    @Test func `a secret is taken out in whatever form it comes back`() {
        let redaction = Redaction(key: Self.secret)
        for form in Self.forms(of: Self.secret) {
            for text in [form, "he said: '\(form)'", "m-\(form)", "x\(form)y", "\u{65E5}\(form)"] {
                let masked = redaction.masked(text)
                #expect(masked.contains(Redaction.mark), "\(form)")
                // What stands between the ends, which their neighbours may have changed in base64.
                let middle = form.dropFirst(8).dropLast(8)
                #expect(!masked.contains(middle.prefix(8)), "\(masked)")
                #expect(redaction.masked(masked) == masked)
            }
        }
    }

    @Test func `a text that was cut within a secret does not end in its beginning`() {
        let redaction = Redaction(key: Self.secret)
        for length in 12...Self.secret.count {
            let text = "no such model: " + Self.secret.prefix(length)
            #expect(redaction.masked(text) == "no such model: [key]")
        }
    }

    @Test(arguments: canaries)
    func `a key of a known shape is found wherever it stands`(canary: String) {
        let redaction = Redaction()
        for text in [
            canary, "key=\(canary)", "\"\(canary)\"", "m/\(canary)", "m-\(canary)", "m_\(canary)",
        ] {
            let masked = redaction.masked(text)
            #expect(
                masked.contains(Redaction.mark) && !masked.contains(canary.suffix(8)),
                "\(text)"
            )
            #expect(redaction.masked(masked) == masked)
        }
        #expect(redaction.masked("Authorization: Bearer \(canary)").contains(Redaction.mark))
    }

    @Test func `a name of the configuration stays, though a key is made of it`() throws {
        let key = try #require(KnownSecret(key: "sk-acme-production-1"))
        let redaction = Redaction([key], names: ["acme-production", "other"])
        let sentence = "every provider failed: acme-production: 401, Acme-Production"
        #expect(redaction.masked(sentence) == sentence)
        #expect(redaction.masked("acme-production-1 is wrong") == "[key] is wrong")
        #expect(redaction.masked("key sk-acme-production-1") == "key [key]")
        let joined = Redaction([redaction, Redaction(key: Self.secret)])
        #expect(joined.masked("acme-production \(Self.secret)") == "acme-production [key]")
    }

    /// Every text of every event, found by the walk that encodes them: a new field can't be left out.
    @Test(arguments: canaries + [secret])
    func `no field of any event keeps a secret`(canary: String) {
        let redaction = Redaction(key: Self.secret)
        for body in Samples.bodies {
            var filler = CanaryFiller(text: canary)
            let filled = body.filled(by: &filler)
            var bytes: [UInt8] = []
            filled.encode(at: Samples.time, into: &bytes)
            guard filler.count > 0 else {
                #expect(redaction.redacted(filled) == nil, "\(body.name)")
                continue
            }
            #expect(redaction.mayApply(to: bytes, from: 0), "\(body.name)")
            let redacted = redaction.redacted(filled)
            bytes = []
            redacted?.encode(at: Samples.time, into: &bytes)
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(!bytes.isEmpty && !text.contains(canary.suffix(8)), "\(body.name)")
            #expect(text.ranges(of: Redaction.mark).count >= filler.count, "\(body.name)")
        }
    }

    @Test(arguments: [
        "sk-estimator", "AIzawa-san", "risk-1234567", "task-2024-11-29-nightly-run", "sk-", "sk-12",
        "gsk_", "tgp_model", "é sk-ä", "", "pplx-70b-online", "xai-grok-2-1212", "hf_model_1",
        "bearer of news", "basic understanding",
        "a -----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        "ft:gpt-4o-mini-2024-07-18:acme::9aBcDeFg", "team=search", "2bb80d537b1d",
        "0191d4a2-7c3e-7abc-8123-456789abcdef", "eyJob.model", "key-value store", "AKIA is a word",
    ])
    func `what is no secret stays as it is`(text: String) {
        #expect(Redaction(key: Self.secret).masked(text) == text)
    }

    @Test func `what may be a name is taken for a secret only as a word, or never`() {
        #expect(
            Redaction(key: "hunter").masked("the key hunter is wrong") == "the key [key] is wrong"
        )
        #expect(Redaction(key: "hunter").masked("the hunters") == "the hunters")
        for placeholder in ["none", "ollama", "lm-studio", "no-key-required", "EMPTY", "abc", " "] {
            let text = "\(placeholder) is down"
            #expect(Redaction(key: placeholder).masked(text) == text)
        }
    }

    @Test func `nothing prints a secret`() throws {
        let redaction = Redaction(key: Self.secret)
        let secret = try #require(KnownSecret(key: Self.secret))
        var dumped = ""
        dump(redaction, to: &dumped)
        dump(secret, to: &dumped)
        #expect(!"\(redaction) \(String(reflecting: secret)) \(dumped)".contains("7f3A9c"))
    }
}

/// Puts a text into every field that holds one, in lists and records within records too.
struct CanaryFiller: FieldVisitor {
    let text: String
    private(set) var count = 0

    init(text: String) {
        self.text = text
    }

    private mutating func fill<Value: FieldScalar>(_ value: inout Value) {
        guard case .text = Value.empty.wire, let filled = Value(wire: .text(text)) else { return }
        value = filled
        count += 1
    }

    private mutating func fill<Value: FieldRecord>(record value: inout Value) {
        value.visit(&self)
    }

    mutating func field<Value: FieldScalar>(_ tag: Int, _ name: String, _ value: inout Value) {
        fill(&value)
    }
    mutating func field<Value: FieldScalar>(_ tag: Int, _ name: String, _ value: inout Value?) {
        if var present = value {
            fill(&present)
            value = present
        }
    }
    mutating func field<Value: FieldScalar>(_ tag: Int, _ name: String, _ value: inout [Value]) {
        for index in value.indices { fill(&value[index]) }
    }
    mutating func field<Value: FieldRecord>(_ tag: Int, _ name: String, _ value: inout Value) {
        fill(record: &value)
    }
    mutating func field<Value: FieldRecord>(_ tag: Int, _ name: String, _ value: inout Value?) {
        if var present = value {
            fill(record: &present)
            value = present
        }
    }
    mutating func field<Value: FieldRecord>(_ tag: Int, _ name: String, _ value: inout [Value]) {
        for index in value.indices { fill(record: &value[index]) }
    }
}

extension EventBody {
    /// The event as a visitor leaves it.
    fileprivate func filled(by visitor: inout CanaryFiller) -> EventBody {
        func changed<Record: FieldRecord>(_ record: Record) -> Record {
            var copy = record
            copy.visit(&visitor)
            return copy
        }
        return switch self {
        case .requestReceived(let event): .requestReceived(changed(event))
        case .routeDecided(let event): .routeDecided(changed(event))
        case .attemptStarted(let event): .attemptStarted(changed(event))
        case .attemptFinished(let event): .attemptFinished(changed(event))
        case .requestCompleted(let event): .requestCompleted(changed(event))
        case .healthProbed(let event): .healthProbed(changed(event))
        case .modelsListed(let event): .modelsListed(changed(event))
        case .feedbackReceived(let event): .feedbackReceived(changed(event))
        case .configurationApplied(let event): .configurationApplied(changed(event))
        case .policyApplied(let event): .policyApplied(changed(event))
        case .pricesApplied(let event): .pricesApplied(changed(event))
        case .nodeStarted(let event): .nodeStarted(changed(event))
        case .nodeStopped(let event): .nodeStopped(changed(event))
        case .logRecovered(let event): .logRecovered(changed(event))
        case .stateCarried(let event): .stateCarried(changed(event))
        case .segmentRetired(let event): .segmentRetired(changed(event))
        case .monthClosed(let event): .monthClosed(changed(event))
        case .quotaTick(let event): .quotaTick(changed(event))
        case .quotaWarned(let event): .quotaWarned(changed(event))
        case .budgetAlerted(let event): .budgetAlerted(changed(event))
        case .reservationExtended(let event): .reservationExtended(changed(event))
        case .clockJudged(let event): .clockJudged(changed(event))
        case .monthPart(let event): .monthPart(changed(event))
        case .statePart(let event): .statePart(changed(event))
        case .unknown: self
        }
    }
}
