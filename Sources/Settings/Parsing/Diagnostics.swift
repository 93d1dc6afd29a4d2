import Yams

/// What a pass over one file collects: problems, keys without effect, notes.
///
/// A class, since every section of the file adds to the one collection; it lives for one parse.
final class Diagnostics {
    let file: String
    let environment: [String: String]
    private(set) var problems: [SettingsProblem] = []
    private(set) var notInForce: [SettingNotInForce] = []
    private(set) var notes: [String] = []

    init(file: String, environment: [String: String]) {
        self.file = file
        self.environment = environment
    }

    func report(_ message: String, at node: Node, _ path: String, suggestion: String? = nil) {
        report(message, at: node.mark, path, suggestion: suggestion)
    }

    func report(_ message: String, at mark: Mark?, _ path: String, suggestion: String? = nil) {
        problems.append(
            SettingsProblem(
                file: file,
                line: mark?.line ?? 1,
                column: mark?.column ?? 1,
                path: path,
                message: message,
                suggestion: suggestion
            )
        )
    }

    func noteNotInForce(_ path: String, at node: Node, _ consequence: String) {
        notInForce.append(
            SettingNotInForce(path: path, line: node.mark?.line ?? 1, consequence: consequence)
        )
    }

    func note(_ sentence: String) {
        notes.append(sentence)
    }

    /// The problems in the order of the file.
    var sortedProblems: [SettingsProblem] {
        problems.sorted { ($0.line, $0.column, $0.path) < ($1.line, $1.column, $1.path) }
    }
}
