import Foundation

/// A text that must not reach a log, an error or a screen: an API key.
///
/// Printing, interpolating, dumping and reflecting show that it is set, never what it is. The text
/// is read in one place, where the request to the provider is made.
public struct Secret: Hashable, Sendable {
    /// The secret itself; for the provider's authentication header and nothing else.
    public let revealed: String

    /// Whether a text can be the value of a header, white space around it left aside: it holds no line
    /// break and no other control character.
    static func fitsHeader(_ text: String) -> Bool {
        text.trimmingCharacters(in: .whitespacesAndNewlines).utf8
            .allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }

    /// A secret with this text.
    public init(_ text: String) {
        revealed = text
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always the same word, whatever the secret is.
    public var description: String { "[redacted]" }
    /// Always the same word, whatever the secret is.
    public var debugDescription: String { "[redacted]" }
    /// A mirror without children, so that `dump` shows nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
