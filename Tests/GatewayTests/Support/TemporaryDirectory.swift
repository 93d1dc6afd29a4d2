import Foundation

/// A real directory that is removed with the value.
final class TemporaryDirectory: Sendable {
    let path = FileManager.default.temporaryDirectory.path + "/logway-gateway-\(UUID().uuidString)"

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch {}
    }
}
