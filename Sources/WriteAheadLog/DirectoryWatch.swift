import Dispatch

/// Notices that what a writer writes to is not what has its name any more: somebody removed or replaced
/// it, and what would be acknowledged from here on nobody would find again.
struct DirectoryWatch {
    /// Nanoseconds between two looks, of three system calls each: at any load they take less than a
    /// thousandth of a processor, and less than this is acknowledged after something was taken away.
    static let interval: UInt64 = 10_000_000

    private let paths: LogPaths
    private let fileSystem: any FileSystem
    private let notices: NoticeBoard
    private var segment: (path: String, identity: FileIdentity)
    private var lock: FileIdentity?
    private var mark: FileIdentity?
    /// The lock on a file `lock` that was recreated.
    private(set) var renewedLock: (any File)?
    private var last: UInt64 = 0
    /// Whether it was told that looking fails.
    private var isBlind = false

    /// Watches what a writer has just opened.
    init(
        _ paths: LogPaths,
        segment number: UInt32,
        in fileSystem: any FileSystem,
        _ notices: NoticeBoard
    ) throws(LogError) {
        self.paths = paths
        self.fileSystem = fileSystem
        self.notices = notices
        let path = paths.segment(number)
        segment = try onDisk { () throws(SystemError) in (path, try fileSystem.identity(path)) }
        lock = try onDisk { () throws(SystemError) in try fileSystem.identity(paths.lock) }
        mark = try onDisk { () throws(SystemError) in try fileSystem.identity(paths.mark) }
    }

    /// True when it is time to look.
    mutating func isDue() -> Bool {
        let now = DispatchTime.now().uptimeNanoseconds
        guard now &- last >= Self.interval else { return false }
        last = now
        return true
    }

    /// Looks whether the segment is the one that has its name.
    ///
    /// - Throws: `directoryLost` if it is not.
    mutating func check() throws(LogError) {
        let path = segment.path
        let found = try onDisk { () throws(SystemError) in
            try fileSystem.identityIfPresent(path)
        }
        guard found == segment.identity else {
            throw .directoryLost(path: path, isGone: found == nil)
        }
        if try isAnother(paths.lock, lock) { try renewLock() }
    }

    /// True if the file `durable` is not the one that was written to.
    func needsMark() throws(LogError) -> Bool { try isAnother(paths.mark, mark) }

    private func isAnother(_ path: String, _ known: FileIdentity?) throws(LogError) -> Bool {
        try onDisk { () throws(SystemError) in try fileSystem.identityIfPresent(path) } != known
    }

    /// Looking did not fail.
    mutating func couldLook() { isBlind = false }

    /// A look failed, which says nothing about the files: it is told once, and tried again.
    mutating func couldNotLook(_ error: LogError) {
        if !isBlind { notices.tell(.cannotLook(error)) }
        isBlind = true
    }

    /// Goes on with the next segment.
    mutating func follow(_ number: UInt32) throws(LogError) {
        let path = paths.segment(number)
        segment = try onDisk { () throws(SystemError) in (path, try fileSystem.identity(path)) }
    }

    /// The mark has a file of its name again.
    mutating func didRenewMark() throws(LogError) {
        mark = try onDisk { () throws(SystemError) in try fileSystem.identity(paths.mark) }
        notices.tell(.renewed(path: paths.mark))
    }

    /// Gives the lock a file again, so that readers see that the writer lives; the directories are
    /// locked all the time, so no other writer can have come in, unless it knows of no such lock.
    private mutating func renewLock() throws(LogError) {
        let (paths, fileSystem) = (paths, fileSystem)
        let file = try onDisk { () throws(SystemError) in
            let file = try fileSystem.lock(paths.lock, with: [])
            if let file { try DataDirectory.sign(file) }
            return file
        }
        guard let file else {
            throw .directoryInUse(
                path: paths.directory,
                pid: DataDirectory.writer(paths, in: fileSystem)
            )
        }
        renewedLock = file
        lock = try onDisk { () throws(SystemError) in try fileSystem.identity(paths.lock) }
        notices.tell(.renewed(path: paths.lock))
    }

    /// Gives the lock up, once nothing is written any more.
    mutating func end() { renewedLock = nil }
}
