public import Events
public import JSONBytes

/// Why a question can't be answered or a change can't be made, for a reason that is in what was asked
/// for, in a file, or in the configuration.
///
/// What reading the log itself throws is `LogError` or `UndecodableEvent`, what the configuration's
/// mistakes throw is `SettingsError`.
public enum QueryError: Error {
    /// What was asked for lies, in whole or in part, among the events that retention pruned.
    ///
    /// - Parameters:
    ///   - what: what can't be told any more, as the subject of a sentence.
    ///   - first: the sequence number of the first event that is kept.
    ///   - since: its time; `nil` where no event is kept.
    case retired(_ what: String, first: UInt64, since: Timestamp?)
    /// The configuration has no provider of this name; `known` are those that it has.
    case unknownProvider(String, known: [String])
    /// The catalogue has no model of this name; `near` are names like it.
    case unknownModel(String, near: [String])
    /// No provider of the configuration can be told to load models.
    case nobodyLoads
    /// More than one provider could be told to load a model; `choices` are the names that say which.
    case severalLoad(choices: [String])
    /// The configuration is to be changed, and there is none.
    case noConfiguration
    /// A user catalogue is to be written, and there is no home folder for the usual one.
    case noCatalogFile
    /// A file can't be read.
    case unreadable(file: String, reason: String)
    /// A file can't be written.
    case unwritable(file: String, reason: String)
    /// A file is no JSON at this place; line and column (of bytes) count from 1.
    case notJSON(file: String, line: Int, column: Int, reason: JSONError)
    /// A file's content can't be used; the reason, a `CatalogError`, says what of it.
    case unusable(file: String, reason: any Error)
}

extension QueryError: CustomStringConvertible {
    /// What happened, where, and what to do.
    public var description: String {
        switch self {
        case .retired(let what, let first, let since):
            "\(what) was retired: the log is kept from event \(first)"
                + (since.map { ", \($0)," } ?? "")
                + " on (`log.retention`); ask for that time or a later one"
        case .unknownProvider(let name, let known):
            "there is no provider `\(name)`; there are \(known.joined(separator: ", "))"
        case .unknownModel(let name, let near):
            "the catalogue has no model `\(name)`; "
                + (near.isEmpty
                    ? "`logway models list` lists the known ones"
                    : "did you mean \(near.joined(separator: ", "))?")
        case .nobodyLoads:
            "no provider here loads models; ollama and lmstudio do"
        case .severalLoad(let choices):
            "say which provider: \(choices.joined(separator: ", "))"
        case .noConfiguration:
            "there is no configuration to write; make a logway.yaml first"
        case .noCatalogFile:
            "there is no home folder; name the user catalogue with --to"
        case .unreadable(let file, let reason): "\(file) can't be read: \(reason)"
        case .unwritable(let file, let reason): "\(file) can't be written: \(reason)"
        case .notJSON(let file, let line, let column, let reason):
            "\(file):\(line):\(column): this is not JSON: \(reason)"
        case .unusable(let file, let reason): "\(file): \(reason)"
        }
    }
}
