public import Catalog
import Foundation

extension Settings {
    /// The file to read: the given path, else `logway.yaml` in the working directory, else
    /// `~/.config/logway/logway.yaml`; `nil` if there is none and settings are to be discovered.
    ///
    /// A given path is returned whether it exists or not, so that reading it tells what is wrong.
    /// An absolute XDG_CONFIG_HOME takes the place of `~/.config`.
    public static func file(
        given: String?,
        workingDirectory: String,
        environment: [String: String]
    ) -> String? {
        if let given { return given }
        var candidates = ["\(workingDirectory)/logway.yaml"]
        if let folder = environment["XDG_CONFIG_HOME"], folder.hasPrefix("/") {
            candidates.append("\(folder)/logway/logway.yaml")
        } else if let home = environment["HOME"], !home.isEmpty {
            candidates.append("\(home)/.config/logway/logway.yaml")
        }
        return candidates.first { FileManager.default.fileExists(atPath: $0) }
    }

    /// Settings from a file; blocks while it reads.
    ///
    /// - Throws: `SettingsError.unreadable` if there is no such file, it is a folder, may not be
    ///   read or is not UTF-8; `.invalid` with every problem found in it.
    public init(
        file: String,
        environment: [String: String],
        catalog: Catalog
    ) throws(SettingsError) {
        let url = URL(filePath: file).resolvingSymlinksInPath()
        guard FileManager.default.fileExists(atPath: url.path) else {
            throw .unreadable(
                file: file,
                reason: "there is no such file; docs/configuration.md shows what to write"
            )
        }
        let data: Data
        do {
            let kind = try FileManager.default.attributesOfItem(atPath: url.path)[.type]
            guard kind as? FileAttributeType != .typeDirectory else {
                throw SettingsError.unreadable(
                    file: file,
                    reason: "this is a folder; name the file in it"
                )
            }
            data = try Data(contentsOf: url)
        } catch let error as SettingsError {
            throw error
        } catch {
            throw .unreadable(file: file, reason: "it can't be read; check its permissions")
        }
        guard let yaml = String(data: data, encoding: .utf8) else {
            throw .unreadable(file: file, reason: "it is not UTF-8 text; save it as UTF-8")
        }
        try self.init(yaml: yaml, file: file, environment: environment, catalog: catalog)
    }
}
