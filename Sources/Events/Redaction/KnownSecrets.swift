/// Finds secrets that are known word for word, and large parts of them, in one pass.
///
/// Of each form some sequences of four bytes are noted, so close together that one lies in whatever part
/// counts as the secret. Where one is found, the form is compared to both sides.
final class KnownSecrets: Sendable {
    /// A form of a secret that is looked for.
    private struct Form: Sendable {
        /// The bytes, with small letters for capital ones.
        let bytes: [UInt8]
        /// How many of them together count.
        let least: Int
        let isWord: Bool
    }

    private struct Anchor: Sendable {
        let form: Int
        let offset: Int
    }

    /// No secret.
    static let none = KnownSecrets([])
    /// The bytes of a sequence.
    private static let sequenceLength = 4
    /// From so many bytes on, a half of a form counts as the secret; of a shorter one all but a byte.
    private static let halvesFrom = 16
    /// At the end of a text that was cut the beginning of a secret counts, if it has so many bytes: less is
    /// what all keys of a service begin with.
    private static let beginningAtCut = 12

    let secrets: [KnownSecret]
    /// What the configuration calls something, in small letters: a part of a secret that is a part of one
    /// too is the name (`acme` beside the key `sk-acme-1`).
    let names: Set<String>
    private let nameBytes: [[UInt8]]
    private let forms: [Form]
    private let anchors: [UInt32: [Anchor]]
    /// Every sequence by which a secret or the shape of one may be found.
    let sequences: Set<UInt32>
    /// The same, quicker to ask and not certain.
    let filter: [UInt64]

    init(_ secrets: [KnownSecret], names: Set<String> = []) {
        self.names = names
        nameBytes = names.map { Array($0.utf8) }
        var seen: Set<KnownSecret> = []
        self.secrets = secrets.filter { seen.insert($0).inserted }
        forms = self.secrets.flatMap(Self.forms)
        var anchors: [UInt32: [Anchor]] = [:]
        for (index, form) in forms.enumerated() {
            for offset in Self.offsets(of: form) {
                let sequence = form.bytes[offset..<offset + Self.sequenceLength]
                    .reduce(0) { $0 << 8 | UInt32($1) }
                anchors[sequence, default: []].append(Anchor(form: index, offset: offset))
            }
        }
        self.anchors = anchors
        sequences = KeyShapes.sequences.union(anchors.keys)
        filter = SequenceFilter.make(of: sequences)
    }

    private static func forms(of secret: KnownSecret) -> [Form] {
        SecretForms.all(of: secret.text).compactMap { bytes in
            guard bytes.count >= sequenceLength else { return nil }
            let count = bytes.count
            let least =
                secret.isWord || bytes.contains { $0 >= 0x80 }
                ? count : count < halvesFrom ? count - 1 : max(halvesFrom - 1, count / 2)
            return Form(
                bytes: bytes.map(\.folded),
                least: max(sequenceLength, least),
                isWord: secret.isWord
            )
        }
    }

    private static func offsets(of form: Form) -> [Int] {
        Array(
            stride(
                from: 0,
                through: form.bytes.count - sequenceLength,
                by: max(1, form.least - sequenceLength + 1)
            )
        )
    }

    /// Where secrets are, in order and apart.
    func ranges(in bytes: [UInt8]) -> [Range<Int>] {
        guard !forms.isEmpty else { return [] }
        var found: [Range<Int>] = []
        var window: UInt32 = 0
        for (index, byte) in bytes.enumerated() {
            window = window << 8 | UInt32(byte.folded)
            guard index >= Self.sequenceLength - 1, filter.mayHold(window),
                let anchors = anchors[window]
            else { continue }
            let start = index + 1 - Self.sequenceLength
            for anchor in anchors {
                if let range = range(of: anchor, at: start, in: bytes) { found.append(range) }
            }
        }
        return Self.merged(found)
    }

    private func range(of anchor: Anchor, at start: Int, in bytes: [UInt8]) -> Range<Int>? {
        let form = forms[anchor.form]
        var (first, end) = (anchor.offset, anchor.offset + Self.sequenceLength)
        var (low, high) = (start, start + Self.sequenceLength)
        while first > 0, low > 0, form.bytes[first - 1] == bytes[low - 1].folded {
            (first, low) = (first - 1, low - 1)
        }
        while end < form.bytes.count, high < bytes.count, form.bytes[end] == bytes[high].folded {
            (end, high) = (end + 1, high + 1)
        }
        let isCut = first == 0 && high == bytes.count && end >= Self.beginningAtCut && !form.isWord
        guard end - first >= form.least || isCut else { return nil }
        let isWhole = end - first == form.bytes.count
        if !isWhole, isInName(bytes[low..<high]) { return nil }
        if form.isWord {
            let isApart =
                (low == 0 || !bytes[low - 1].isAlphanumeric)
                && (high == bytes.count || !bytes[high].isAlphanumeric)
            guard isApart else { return nil }
        }
        return low..<high
    }

    private func isInName(_ part: ArraySlice<UInt8>) -> Bool {
        let part = part.map(\.folded)
        return nameBytes.contains { $0.contains(part) }
    }

    /// The same places in order, with those that overlap as one.
    static func merged(_ ranges: [Range<Int>]) -> [Range<Int>] {
        guard ranges.count > 1 else { return ranges }
        var merged: [Range<Int>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, range.lowerBound < last.upperBound {
                let end = max(last.upperBound, range.upperBound)
                merged[merged.count - 1] = last.lowerBound..<end
            } else {
                merged.append(range)
            }
        }
        return merged
    }
}
