/// Why there are no settings.
public enum SettingsError: Error, Equatable {
    /// The file could not be read.
    case unreadable(file: String, reason: String)
    /// The file was read and is wrong: every problem found, in the order of the file.
    case invalid([SettingsProblem])
}

/// One thing that is wrong in a configuration file.
public struct SettingsProblem: Error, Hashable, Sendable {
    /// The file's path.
    public let file: String
    /// The line, from 1.
    public let line: Int
    /// The column, from 1.
    public let column: Int
    /// The path of the key, such as `providers[1].apiKey`; empty for the file as a whole.
    public let path: String
    /// What is wrong; never holds a secret.
    public let message: String
    /// What to do about it.
    public let suggestion: String?
}

extension SettingsProblem: CustomStringConvertible {
    /// One line as compilers print it: `logway.yaml:3:5: providers[0].apikey: unknown key; …`.
    public var description: String {
        let place = path.isEmpty ? "" : "\(path): "
        let advice = suggestion.map { "; \($0)" } ?? ""
        return "\(file):\(line):\(column): \(place)\(message)\(advice)"
    }
}

extension SettingsError: CustomStringConvertible {
    /// Every problem on a line of its own.
    public var description: String {
        switch self {
        case .unreadable(let file, let reason):
            "\(file): \(reason)"
        case .invalid(let problems):
            problems.map(\.description).joined(separator: "\n")
        }
    }
}
