/// What keys of a service look like: how they begin, and what must follow for it to be one.
struct KeyShape: Sendable {
    /// What must follow the beginning.
    enum Rest: Sendable {
        /// Some bytes with a digit in them, or with the stars that hide one, or so many that it is no word.
        case anything
        /// So many letters and digits without anything between, some of each: what chance writes.
        case random
        /// The rest of a JSON Web Token: two more parts behind dots (RFC 7519, section 3).
        case token
        /// A credential behind the word for its scheme (RFC 9110, section 11.6.2).
        case credential
        /// The rest of a private key in PEM (RFC 7468), to its last line or the text's end.
        case armour
    }

    /// How it begins, as it is written.
    let beginning: [UInt8]
    /// The same in small letters.
    let folded: [UInt8]
    let rest: Rest

    /// Beyond the beginning: the bytes of the shortest rest that is taken for a key, of one so long that it
    /// is no word of letters, and the letters and digits in a row that chance writes.
    private static let (shortestRest, longRest, randomRun) = (5, 20, 16)
    /// The shortest credential: `bearer token1` is a sentence.
    private static let shortestCredential = 8

    init(_ beginning: String, _ rest: Rest = .random) {
        self.beginning = Array(beginning.utf8)
        folded = self.beginning.map(\.folded)
        self.rest = rest
    }

    /// The key of this shape that begins at a place and ends before another; `nil` for none.
    ///
    /// Within a word, behind a hyphen or a low line, more is asked of it.
    func range(at start: Int, before end: Int, in bytes: [UInt8], isInWord: Bool) -> Range<Int>? {
        let from = start + folded.count
        guard from <= end, folded.indices.allSatisfy({ folded[$0] == bytes[start + $0].folded })
        else { return nil }
        let isAsWritten = bytes[start..<from].elementsEqual(beginning)
        switch rest {
        case .anything, .random:
            let word = bytes[from..<end].prefix(while: Self.isInKeys)
            let isKey =
                rest == .anything && isAsWritten && !isInWord
                ? Self.isKey(word) : Self.hasRandomRun(word)
            return isKey ? start..<word.endIndex : nil
        case .token:
            let word = bytes[from..<end].prefix { Self.isInKeys($0) || $0 == UInt8(ascii: ".") }
            let parts = word.split(separator: UInt8(ascii: "."))
            let isKey = isAsWritten && parts.count >= 2 && Self.hasRandomRun(word)
            return isKey ? start..<word.endIndex : nil
        case .credential:
            let word = bytes[from..<end].prefix { Self.isInKeys($0) || "._~+/=".utf8.contains($0) }
            let isKey = word.count >= Self.shortestCredential && Self.isKey(word)
            return isKey ? from..<word.endIndex : nil
        case .armour: return armour(start..<end, in: bytes)
        }
    }

    /// From `-----BEGIN … PRIVATE KEY-----` to the line that ends it.
    private func armour(_ range: Range<Int>, in bytes: [UInt8]) -> Range<Int>? {
        let text = bytes[range]
        let label = text.dropFirst(folded.count).prefix { $0 != UInt8(ascii: "-") }
        guard String(decoding: label, as: UTF8.self).uppercased().hasSuffix("PRIVATE KEY") else {
            return nil
        }
        let mark = Array("-----END".utf8)
        var place = label.endIndex
        while place + mark.count <= range.upperBound {
            if bytes[place] == mark[0], bytes[place..<place + mark.count].elementsEqual(mark) {
                let words = bytes[(place + mark.count)..<range.upperBound]
                    .prefix { $0 != UInt8(ascii: "-") }
                let dashes = bytes[words.endIndex..<range.upperBound]
                    .prefix { $0 == UInt8(ascii: "-") }
                return range.lowerBound..<dashes.endIndex
            }
            place += 1
        }
        return range
    }

    /// Letters, digits and what stands between them in keys; stars are what a provider itself put
    /// over a part of one.
    static func isInKeys(_ byte: UInt8) -> Bool {
        byte.isAlphanumeric || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
            || byte == UInt8(ascii: "*")
    }

    /// Every key holds digits, or the stars that hide them; `sk-estimator` is a word.
    private static func isKey(_ rest: ArraySlice<UInt8>) -> Bool {
        guard rest.count >= shortestRest else { return false }
        return rest.count >= longRest || rest.contains { $0.isDigit || $0 == UInt8(ascii: "*") }
    }

    private static func hasRandomRun(_ rest: ArraySlice<UInt8>) -> Bool {
        rest.split(whereSeparator: { !$0.isAlphanumeric }).contains { run in
            run.count >= randomRun && run.contains(where: \.isDigit)
                && run.contains { !$0.isDigit }
        }
    }
}
