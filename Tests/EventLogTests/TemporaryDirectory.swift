import Foundation

/// A directory of the file system that goes away with the value.
final class TemporaryDirectory {
    let path = FileManager.default.temporaryDirectory.path + "/logway-events-\(UUID().uuidString)"

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch {}
    }
}
