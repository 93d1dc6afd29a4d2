import Foundation

/// A folder for one measurement, removed with the value.
final class Folder {
    let path: String

    init(in parent: String, _ name: String) throws {
        path = "\(parent)/logbench-\(ProcessInfo.processInfo.processIdentifier)-\(name)"
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true
        )
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch {}
    }
}
