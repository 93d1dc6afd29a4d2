import ArgumentParser
import Catalog
import Foundation
import JSONBytes
import Settings

/// Reads and writes user catalogues.
enum CatalogFiles {
    /// The shipped catalogue under the user's: the file that was named, else the usual one if it
    /// exists.
    ///
    /// - Throws: `CommandError` with the file and the place in it; a file that was named must exist.
    static func catalog(_ named: String?) throws -> Catalog {
        let shipped = try Catalog.shipped
        guard let file = inUse(named), let user = try read(file, mustExist: true)
        else { return shipped }
        do {
            return try shipped.overlaid(with: user)
        } catch {
            throw CommandError("\(file): \(error)")
        }
    }

    /// The file that was named, else the usual one if it exists.
    static func inUse(_ named: String?) -> String? {
        if let named { return named }
        return usualFile.flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }
    }

    /// The file that is read when none is named; `nil` where there is no home folder.
    static var usualFile: String? {
        UserCatalog.usualFile(environment: ProcessInfo.processInfo.environment)
    }

    /// A user catalogue; `nil` if there is no such file and there need not be one.
    static func read(_ file: String, mustExist: Bool) throws -> UserCatalog? {
        guard mustExist || FileManager.default.fileExists(atPath: file) else { return nil }
        do {
            return try UserCatalog(json: try json(file))
        } catch let error as CatalogError {
            throw CommandError("\(file): \(error)")
        }
    }

    /// The content of a file, which is JSON.
    ///
    /// - Throws: `CommandError` with the line and column where it is not.
    static func json(_ file: String) throws -> Data {
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: file))
        } catch {
            throw CommandError(
                "\(file) can't be read: \((error as NSError).localizedDescription)"
            )
        }
        do {
            _ = try JSONSlice(validating: [UInt8](data))
        } catch {
            let before = data.prefix(error.offset)
            let line = before.count { $0 == UInt8(ascii: "\n") } + 1
            let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
            let column = error.offset - start + 1
            throw CommandError("\(file):\(line):\(column): this is not JSON: \(error)")
        }
        return data
    }

    /// Writes a user catalogue so that a reader finds the old one or the new one, never half of it.
    static func write(_ catalog: UserCatalog, to file: String) throws {
        let url = URL(filePath: file).resolvingSymlinksInPath()
        do {
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try catalog.json.write(to: url, options: .atomic)
        } catch {
            throw CommandError(
                "\(file) can't be written: \((error as NSError).localizedDescription)"
            )
        }
    }
}

/// Which user catalogue a command means.
struct CatalogOptions: ParsableArguments {
    @Option(
        name: .long,
        help:
            "The configuration that names the user catalogue. Default: ./logway.yaml, then ~/.config/logway/logway.yaml."
    )
    var config: String?

    /// The file that the configuration names; `nil` leaves it to the usual place.
    ///
    /// - Throws: `SettingsError` if there is a configuration and it is wrong.
    func named() throws -> String? {
        let file = Settings.file(
            given: config,
            workingDirectory: FileManager.default.currentDirectoryPath,
            environment: ProcessInfo.processInfo.environment
        )
        return try file.flatMap { try ReadingOptions.settings($0).catalogFile }
    }
}
