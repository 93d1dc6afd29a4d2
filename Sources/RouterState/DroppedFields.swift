public import Events

/// How many requests held fields that a family of providers has no word for and was not told: by family
/// and kind, since requests were first counted.
///
/// A kind is a field's path without the places in lists: `messages[].name`.
public struct DroppedFields: Hashable, Sendable {
    /// The most kinds of a family that are counted by themselves: clients may name fields at will.
    static let limit = 256
    /// What stands for all others.
    static let others = "(others)"

    private var byFamily: [WireFamily: [String: Int]] = [:]

    /// Nothing counted.
    public init() {}

    /// The kinds that providers of a family are not told, most often met first, with the number of
    /// requests.
    public func kinds(for family: WireFamily) -> [(kind: String, requests: Int)] {
        (byFamily[family] ?? [:]).map { (kind: $0.key, requests: $0.value) }
            .sorted { ($1.requests, $0.kind) < ($0.requests, $1.kind) }
    }

    mutating func record(_ dropped: [TranslationObstacle]) {
        for line in dropped {
            // In order, so that a replay has the same of them in the last places.
            for kind in Set(line.fields.map(Self.kind)).sorted() {
                let isKnown = byFamily[line.family]?[kind] != nil
                let hasRoom = byFamily[line.family, default: [:]].count < Self.limit
                let key = isKnown || hasRoom ? kind : Self.others
                byFamily[line.family, default: [:]][key, default: 0].addClamped(1)
            }
        }
    }

    /// `messages[3].name` → `messages[].name`.
    private static func kind(of path: String) -> String {
        var kind = ""
        var isInPlace = false
        for character in path {
            if character == "]" { isInPlace = false }
            if !isInPlace || !character.isNumber { kind.append(character) }
            if character == "[" { isInPlace = true }
        }
        return kind
    }
}

extension DroppedFields: FieldRecord {
    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        var lines = byFamily.sorted { $0.key.rawValue < $1.key.rawValue }.flatMap { family, kinds in
            kinds.sorted { $0.key < $1.key }.map { Line(family: family, kind: $0, requests: $1) }
        }
        visitor.field(1, "kinds", &lines)
        byFamily = [:]
        for line in lines { byFamily[line.family, default: [:]][line.kind] = line.requests }
    }

    private struct Line: FieldRecord {
        var family = WireFamily.openai
        var kind = ""
        var requests = 0

        init() {}

        init(family: WireFamily, kind: String, requests: Int) {
            self.family = family
            self.kind = kind
            self.requests = requests
        }

        mutating func visit(_ visitor: inout some FieldVisitor) {
            visitor.field(1, "family", &family)
            visitor.field(2, "kind", &kind)
            visitor.field(3, "requests", &requests)
        }
    }
}
