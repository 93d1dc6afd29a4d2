/// Something beside a log that knows how far it once went: a snapshot, a read model.
///
/// What follows from the log is written behind it, so a witness that is ahead says that the log's end
/// was lost.
public struct LogWitness: Sendable {
    /// What it is, for the operator.
    public let name: String
    /// The last sequence number that it knows of.
    public let sequence: UInt64
    /// The log that it is of; `nil` if it does not say.
    public let logID: LogID?
    /// Its files in the data directory, by their paths below that.
    public let files: [String]

    /// A witness.
    public init(name: String, sequence: UInt64, logID: LogID?, files: [String]) {
        self.name = name
        self.sequence = sequence
        self.logID = logID
        self.files = files
    }
}

/// Names those that know of records behind a sequence number.
public typealias LogWitnesses = @Sendable (_ last: UInt64) -> [LogWitness]

extension [LogWitness] {
    /// Those of a log that ends with a sequence number which are ahead of it; of a log that is not there
    /// at all any of them may be.
    func ahead(of last: UInt64, _ logID: LogID?) -> [LogWitness] {
        filter { $0.sequence > last && ($0.logID == nil || logID == nil || $0.logID == logID) }
    }

    /// The last sequence number that any of them knows of.
    var last: (sequence: UInt64, name: String)? {
        self.max { $0.sequence < $1.sequence }.map { ($0.sequence, $0.name) }
    }

    /// Moves their files into a directory, where they are kept.
    func setAside(
        to folder: String,
        _ paths: LogPaths,
        in fileSystem: any FileSystem
    ) throws(SystemError) {
        for file in flatMap(\.files) {
            let path = "\(paths.directory)/\(file)"
            guard try fileSystem.isThere(path) else { continue }
            let name = file.split(separator: "/").last.map(String.init) ?? file
            try fileSystem.rename(path, to: "\(folder)/\(name)")
            try fileSystem.synchronizeDirectory(folder)
            let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? paths.directory
            try fileSystem.synchronizeDirectory(parent)
        }
    }
}
