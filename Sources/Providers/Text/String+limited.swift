extension String {
    /// The beginning of the text that fits into so many bytes of UTF-8, cut between two characters
    /// (Unicode scalars, so that one of the limit's length or more leaves something).
    public func limited(toBytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(startIndex, offsetBy: limit)
        while end.samePosition(in: unicodeScalars) == nil { utf8.formIndex(before: &end) }
        return String(self[..<end])
    }
}
