import Foundation

/// How commands of this program are typed in the shell and folder that it was started from.
struct Invocation {
    private let program: String
    private let options: String

    /// Commands that read the log in a directory.
    ///
    /// - Parameter data: the data directory; `nil` where a command without options finds it.
    init(data: String?) {
        program = Self.program
        options = data.map { " --data " + Self.word(Self.absolute($0)) } ?? ""
    }

    /// The command with these arguments.
    func command(_ arguments: String) -> String {
        "\(program) \(arguments)\(options)"
    }

    /// `logway` if the shell finds this program by that name, else its path: as it was typed if that
    /// is below the working directory.
    private static var program: String {
        let running = running
        if onPath.map(target(of:)) == running { return "logway" }
        let typed = absolute(CommandLine.arguments[0])
        // Whoever starts a process chooses that argument, which need not be a path at all.
        let path = target(of: typed) == running ? typed : running
        let folder = absolute("")
        guard path.hasPrefix(folder) else { return word(path) }
        let relative = String(path.dropFirst(folder.count))
        return word(relative.contains("/") ? relative : "./" + relative)
    }

    /// The file that runs, without symbolic links.
    private static var running: String { target(of: "/proc/self/exe") }

    /// The file that the shell runs for `logway`; `nil` if there is none.
    private static var onPath: String? {
        let folders = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return folders.split(separator: ":").map { "\($0)/logway" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// A path without symbolic links, by which two can be compared.
    static func target(of path: String) -> String {
        URL(filePath: path).resolvingSymlinksInPath().path
    }

    /// A path from the root; `..` stays, as it leads elsewhere behind a symbolic link.
    static func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        let folder = FileManager.default.currentDirectoryPath
        let below = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
        return (folder == "/" ? "" : folder) + "/" + below
    }

    /// A word as a shell reads it, in single quotes where it holds what a shell would act on.
    private static func word(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "/._-+:@%,".utf8.contains(byte)
            }
        }
        return isPlain ? text : "'" + text.replacing("'", with: #"'\''"#) + "'"
    }
}
