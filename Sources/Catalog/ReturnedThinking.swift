/// Models that refuse a history without what they thought in it, whoever serves them.
///
/// Sources/Catalog/Data/thinking.json has the shipped ones, each with its source and date.
struct ReturnedThinking: Decodable, Sendable {
    /// The beginnings of the names, in lower case, without the owner before a slash.
    let models: [String]
    let source: String
    let asOf: String

    /// The beginnings of all of them.
    ///
    /// Each request looks at them, so they are read once.
    fileprivate static let beginnings: [String] = {
        guard case .success(let file) = ThinkingRule.file else { return [] }
        return file.returned.flatMap(\.models)
    }()
}

extension Catalog {
    /// Whether a model wants what it thought in earlier turns back, and refuses a history without it.
    ///
    /// It is known by its name, as those models are served by many.
    public static func returnsThinking(model: String) -> Bool {
        let name = model.split(separator: "/").last?.lowercased() ?? ""
        return ReturnedThinking.beginnings.contains { name.hasPrefix($0) }
    }
}
