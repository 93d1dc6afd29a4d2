public import Events

extension ModelsListed {
    /// The bytes of a model's name, which is kept for ever; the longest of a provider have about 100.
    public static let nameLimit = 256
    /// The bytes of the names and what is told beside them that one list may have in the log: a quarter
    /// of what a record may have, and forty times what the longest list of a service has.
    static let byteLimit = 1 << 20

    /// Leaves out names that no request can give, and the last ones of a list that is too long to be
    /// recorded.
    ///
    /// - Returns: how many were left out.
    mutating func bound() -> Int {
        let told = Dictionary(details.map { ($0.name, $0) }) { first, _ in first }
        var room = Self.byteLimit
        let kept = models.filter { $0.utf8.count <= Self.nameLimit }.prefix { name in
            room -= name.utf8.count + 8
            if let model = told[name] { room -= model.encoded.count + 8 }
            return room >= 0
        }
        let leftOut = models.count - kept.count
        guard leftOut > 0 else { return 0 }
        let names = Set(kept)
        models = Array(kept)
        details.removeAll { !names.contains($0.name) }
        return leftOut
    }
}
