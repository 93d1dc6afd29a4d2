/// A model's name, or with a `*` at its end the beginning of names.
public enum NamePattern {
    /// Whether a name is the one that a pattern stands for, or one of those.
    public static func matches(_ pattern: String, _ name: String) -> Bool {
        pattern.hasSuffix("*") ? name.hasPrefix(pattern.dropLast()) : pattern == name
    }
}
