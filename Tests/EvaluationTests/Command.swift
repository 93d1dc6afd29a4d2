import Foundation

/// A run of the built `logway`, which lies beside the tests.
struct Command {
    let code: Int32
    let output: String

    init(_ arguments: String...) throws {
        let tests = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        let process = Process()
        process.executableURL = tests.deletingLastPathComponent().appending(path: "logway")
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        code = process.terminationStatus
        output = String(decoding: data, as: UTF8.self)
    }
}
