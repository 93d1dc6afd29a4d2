import Settings
import Testing

/// A mistake with the place and the advice that it must be reported with.
struct Mistake: CustomTestStringConvertible, Sendable {
    var yaml: String
    var line: Int
    var column: Int
    var path: String
    var message: String
    var suggestion: String?
    var testDescription: String { "\(path): \(message)" }

    init(
        _ yaml: String,
        _ line: Int,
        _ column: Int,
        _ path: String,
        _ message: String,
        _ suggestion: String? = nil
    ) {
        self.yaml = yaml
        self.line = line
        self.column = column
        self.path = path
        self.message = message
        self.suggestion = suggestion
    }
}

extension Mistake {
    /// Expects that the file is refused for this mistake and for no other.
    func check() throws {
        let found = try problems(yaml)
        #expect(found.count == 1, "\(found)")
        let problem = try #require(found.first { $0.path == path }, "\(found)")
        #expect(problem.line == line)
        #expect(problem.column == column)
        #expect(problem.message.hasPrefix(message), "\(problem.message)")
        if let suggestion { #expect(problem.suggestion == suggestion) }
        #expect(problem.file == "logway.yaml")
    }
}
