import Foundation

/// A path of a real directory that is removed with the value; whoever needs it makes it.
public final class TemporaryDirectory: Sendable {
    /// The path.
    public let path =
        FileManager.default.temporaryDirectory.path + "/logway-test-\(UUID().uuidString)"

    /// A path that nobody has.
    public init() {}

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch {}
    }
}
