import Foundation

/// The bytes of a type as each released version wrote them: `NAME.v1.hex`, `NAME.v2.hex` and so on, a
/// new one each time fields were added.
public struct GoldenFiles {
    private let folder: URL
    private let name: String

    /// The files of a type in `Golden` beside a test's source file.
    public init(of name: String, besides source: String) {
        folder = URL(filePath: source).deletingLastPathComponent().appending(path: "Golden")
        self.name = name
    }

    private func file(version: Int) -> URL { folder.appending(path: "\(name).v\(version).hex") }

    /// The bytes of every version, oldest first.
    public func all() throws -> [[UInt8]] {
        var versions: [[UInt8]] = []
        while FileManager.default.fileExists(atPath: file(version: versions.count + 1).path) {
            let text = try String(contentsOf: file(version: versions.count + 1), encoding: .utf8)
            let hex = text.trimmingCharacters(in: .whitespacesAndNewlines)
            versions.append(
                stride(from: 0, to: hex.utf8.count, by: 2).compactMap { offset in
                    UInt8(hex.dropFirst(offset).prefix(2), radix: 16)
                }
            )
        }
        return versions
    }

    /// Writes the next version's file if LOGWAY_WRITE_GOLDEN is set and the last one has other bytes;
    /// never replaces one.
    public func writeIfAsked(_ bytes: [UInt8]) throws {
        let versions = try all()
        guard ProcessInfo.processInfo.environment["LOGWAY_WRITE_GOLDEN"] != nil,
            versions.last != bytes
        else { return }
        let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        try (hex + "\n").write(
            to: file(version: versions.count + 1),
            atomically: true,
            encoding: .utf8
        )
    }
}
