extension StringProtocol {
    /// The text without ASCII white space at its ends.
    var trimmed: String {
        let bytes = utf8.drop { $0 <= 0x20 }.reversed().drop { $0 <= 0x20 }.reversed()
        return String(decoding: Array(bytes), as: UTF8.self)
    }
}
