/// A name that clients use, and what it stands for.
public struct ModelAlias: FieldRecord {
    /// The name as clients give it; `*` in it stands for any run of characters.
    public var pattern: String = ""
    /// The model, chain, wish or `provider:model` that is asked for instead.
    public var target: String = ""

    /// A record with every field empty.
    public init() {}

    /// An alias from its parts.
    public init(_ pattern: String, for target: String) {
        self.pattern = pattern
        self.target = target
    }

    /// Whether it is of many names.
    public var isGlob: Bool { pattern.contains("*") }

    /// Whether it is of this name.
    public func matches(_ name: String) -> Bool {
        let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
        guard parts.count > 1, let first = parts.first, let last = parts.last else {
            return pattern == name
        }
        guard name.hasPrefix(first) else { return false }
        var rest = name.dropFirst(first.count)
        for part in parts.dropFirst().dropLast() {
            guard let found = rest.firstRange(of: part) else {
                if part.isEmpty { continue }
                return false
            }
            rest = rest[found.upperBound...]
        }
        return rest.hasSuffix(last)
    }

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "pattern", &pattern)
        visitor.field(2, "target", &target)
    }
}
