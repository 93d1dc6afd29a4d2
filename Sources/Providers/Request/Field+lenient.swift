import JSONBytes

/// What routing reads of a field whose bytes pass: whether it is right is its provider's to judge, whose
/// rules differ and change, so a value that says nothing to Logway is as good as absent.
extension Field {
    /// A count of at least 0, a fraction rounded up; `nil` for a negative one, which stands for no limit,
    /// and for what isn't a number.
    var amount: Int? {
        if let int = value.int { return int >= 0 ? int : nil }
        guard let double = value.double, double.isFinite, double >= 0 else { return nil }
        return Int(exactly: double.rounded(.up)) ?? .max
    }

    /// The number, where it is one that is finite.
    var finite: Double? {
        value.double.flatMap { $0.isFinite ? $0 : nil }
    }

    /// Whether it is on: a Boolean, or what servers that are not strict take for one.
    ///
    /// - Throws: `RequestError` for anything else, since it decides how the answer is read.
    func flag() throws(RequestError) -> Bool {
        if let bool = value.bool { return bool }
        if value.isString("true") || value.int == 1 { return true }
        if value.isString("false") || value.int == 0 { return false }
        throw mistyped("true or false")
    }

    /// The members of an object that decide, by several names at once; `null` counts as absent, and so do all
    /// in what is no object.
    ///
    /// - Throws: `RequestError` where one stands twice, or in other letters, as parsers disagree on which one
    ///   counts.
    func lookUp(_ keys: JSONKeys) throws(RequestError) -> [JSONSlice?] {
        guard value.kind == .object else { return Array(repeating: nil, count: keys.count) }
        return try scanDeciding(keys)
    }
}
