import Foundation

/// The small text files beside the segments.
enum DataDirectory {
    /// Contents of the file `version`.
    static let text = Array("logway-data \(Format.directoryVersion)\n".utf8)

    /// The directory's format version; `nil` if there is none yet.
    ///
    /// - Throws: `newerVersion`, and `notALog` if the file says something else.
    static func version(_ paths: LogPaths, in fileSystem: any FileSystem) throws(LogError) -> Int? {
        let path = paths.version
        guard let text = try contents(path, in: fileSystem) else { return nil }
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 2, words[0] == "logway-data", let found = Int(words[1]), found > 0
        else {
            throw .notALog(
                path: path,
                reason: "it should say \"logway-data \(Format.directoryVersion)\""
            )
        }
        guard found <= Format.directoryVersion else {
            throw .newerVersion(path: path, found: found, supported: Format.directoryVersion)
        }
        return found
    }

    /// Writes the version that this build writes.
    static func writeVersion(_ paths: LogPaths, in fileSystem: any FileSystem) throws(SystemError) {
        let temporary = paths.version + ".tmp"
        try fileSystem.removeIfPresent(temporary)
        let file = try fileSystem.open(temporary, .create)
        try file.writeAll(text, at: 0)
        try file.synchronize()
        try fileSystem.rename(temporary, to: paths.version)
        try synchronizeNames(paths, in: fileSystem)
    }

    /// Whether files with the names of segments lie there, whatever they hold.
    static func holdsSegments(
        _ paths: LogPaths,
        in fileSystem: any FileSystem
    ) throws(LogError) -> Bool {
        do throws(SystemError) {
            return try fileSystem.list(paths.segments).contains { LogPaths.number($0) != nil }
        } catch {
            // No folder of segments, or a file in its place.
            if error.kind == .notFound || error.code == ENOTDIR { return false }
            throw LogError(error)
        }
    }

    /// Makes the names of the directory and of what lies in it last.
    static func synchronizeNames(
        _ paths: LogPaths,
        in fileSystem: any FileSystem
    ) throws(SystemError) {
        try fileSystem.synchronizeDirectory(paths.directory)
        try fileSystem.synchronizeDirectory(paths.parent)
    }

    /// Takes the writer's lock, and creates the directory if need be.
    static func takeLock(
        _ paths: LogPaths,
        in fileSystem: any FileSystem
    ) throws(LogError) -> any File {
        try create(paths, in: fileSystem)
        let lock = try onDisk { () throws(SystemError) in
            try fileSystem.lock(paths.lock, with: paths.lockedDirectories)
        }
        guard let lock else {
            throw .directoryInUse(path: paths.directory, pid: writer(paths, in: fileSystem))
        }
        try onDisk { () throws(SystemError) in try sign(lock) }
        return lock
    }

    /// Says in the lock's file who holds it.
    static func sign(_ lock: any File) throws(SystemError) {
        let pid = "\(ProcessInfo.processInfo.processIdentifier)\n         "
        try lock.writeAll(Array(pid.utf8.prefix(11)), at: 0)
    }

    private static func create(
        _ paths: LogPaths,
        in fileSystem: any FileSystem
    ) throws(LogError) {
        do throws(SystemError) {
            try fileSystem.createDirectory(paths.segments)
        } catch {
            guard error.code == ENOTDIR else { throw LogError(error) }
            throw .notALog(
                path: paths.directory,
                reason: "it is a file or lies below one, and a data directory is a folder"
            )
        }
    }

    /// The process that holds the lock, as far as the lock's file tells.
    static func writer(_ paths: LogPaths, in fileSystem: any FileSystem) -> Int32? {
        do throws(LogError) {
            let text = try contents(paths.lock, in: fileSystem)
            return text?.split(whereSeparator: \.isWhitespace).first.flatMap { Int32($0) }
        } catch {
            return nil
        }
    }

    /// True if a writer lives.
    static func isInUse(_ paths: LogPaths, in fileSystem: any FileSystem) throws(LogError) -> Bool {
        do throws(SystemError) {
            return try fileSystem.isLocked(paths.lock, with: paths.lockedDirectories)
        } catch {
            if error.kind == .notFound { return false }
            throw LogError(error)
        }
    }

    private static func contents(
        _ path: String,
        in fileSystem: any FileSystem
    ) throws(LogError) -> String? {
        do throws(SystemError) {
            let file = try fileSystem.open(path, .read)
            return String(decoding: try file.bytes(at: 0, count: 64), as: UTF8.self)
        } catch {
            if error.kind == .notFound { return nil }
            throw LogError(error)
        }
    }
}
