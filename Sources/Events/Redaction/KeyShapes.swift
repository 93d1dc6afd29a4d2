/// The shapes of keys that are known, and where they are in a text.
///
/// Source: the services' own documents, and the rules of the scanners that look for such keys in
/// repositories (gitleaks, TruffleHog, Kingfisher, Nosey Parker); November 2026.
enum KeyShapes {
    /// The services that Logway speaks to, whose errors quote the key that they reject, cut or starred.
    private static let quoted = [
        "sk-",  // OpenAI, Anthropic, OpenRouter, DeepSeek and many others
        "gsk_",  // Groq
        "AIza",  // Google
        "ghp_", "github_pat_",  // GitHub
        "tgp_",  // Together
    ].map { KeyShape($0, .anything) }

    /// Whole keys, of which chance wrote the most.
    private static let whole = [
        "xai-", "hf_", "api_org_", "r8_", "pplx-", "nvapi-", "csk-", "fw_", "jina_", "pa-", "tvly-",
        "pcsk_", "vck_", "lsv2_", "ABSK", "dapi", "sess-", "sk_", "rk_", "AQ.", "ya29.", "GOCSPX-",
        "AKIA", "ASIA", "gho_", "ghu_", "ghs_", "ghr_", "glpat-", "xoxb-", "xoxp-", "xoxa-",
        "xoxr-",
        "xoxs-", "xapp-", "npm_", "pypi-", "dop_v1_", "shpat_", "whsec_", "sq0atp-", "sq0csp-",
        "SG.",
        "key-",
    ].map { KeyShape($0) }

    /// Keys that lost their first letter on the way.
    private static let cut = ["k-proj-", "k-ant-", "k-or-v1-", "k-svcacct-", "IzaSy", "ithub_pat_"]
        .map { KeyShape($0) }

    /// How `sk-`, `gsk_`, `AIza`, `xai-`, `ghp_`, `hf_` and `AKIA` begin in base64, and in hexadecimal.
    private static let coded = [
        "c2st", "Z3NrX", "QUl6Y", "eGFpL", "Z2hwX", "aGZf", "QUtJQ", "736b2d", "67736b5f",
        "41497a61",
        "7861692d", "6768705f", "68665f", "414b4941",
    ].map { KeyShape($0) }

    private static let framed = [
        KeyShape("eyJ", .token), KeyShape("Bearer ", .credential), KeyShape("Basic ", .credential),
        KeyShape("-----BEGIN ", .armour),
    ]

    /// Every shape.
    static let all = quoted + whole + cut + coded + framed

    /// The bytes that shapes are looked up by.
    private static let sequenceLength = 3
    private static let byBeginning = Dictionary(grouping: all) { shape in
        shape.folded.prefix(sequenceLength).reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// The first four bytes of each shape in small letters; of one that begins with three, with each byte
    /// that may follow.
    static let sequences = Set(
        all.flatMap { shape in
            let beginning = Array(shape.folded.prefix(4))
            return (beginning.count < 4 ? following.map { beginning + [$0] } : [beginning])
                .map { $0.reduce(0) { $0 << 8 | UInt32($1) } }
        }
    )
    private static let following = Array("abcdefghijklmnopqrstuvwxyz0123456789*".utf8)

    /// Where secrets are, in order and apart: keys of these shapes, and places that are known already.
    static func ranges(in bytes: [UInt8], including known: [Range<Int>]) -> [Range<Int>] {
        var found = known
        var rest = known[...]
        var index = 0
        // A word begins behind what is no letter or digit, and behind a secret.
        var begins = true
        while index + sequenceLength <= bytes.count {
            if let range = rest.first, index >= range.lowerBound {
                (index, begins) = (range.upperBound, true)
                rest.removeFirst()
                continue
            }
            let end = rest.first?.lowerBound ?? bytes.count
            if begins, let range = range(at: index, before: end, in: bytes) {
                found.append(range)
                (index, begins) = (range.upperBound, true)
                continue
            }
            begins = !bytes[index].isAlphanumeric
            index += 1
        }
        return KnownSecrets.merged(found)
    }

    private static func range(at start: Int, before end: Int, in bytes: [UInt8]) -> Range<Int>? {
        let sequence = bytes[start..<start + sequenceLength].reduce(0) {
            $0 << 8 | UInt32($1.folded)
        }
        guard let shapes = byBeginning[sequence] else { return nil }
        let isInWord =
            start > 0 && KeyShape.isInKeys(bytes[start - 1]) && !bytes[start - 1].isAlphanumeric
        for shape in shapes {
            let range = shape.range(at: start, before: end, in: bytes, isInWord: isInWord)
            if let range { return range }
        }
        return nil
    }
}
