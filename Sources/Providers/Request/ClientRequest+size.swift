import JSONBytes

extension ClientRequest {
    /// About how many objects the body holds, of which a translation keeps each by itself: a message, a
    /// part of one, a call, a schema.
    ///
    /// An opening brace before a quote is an object's; in a text the quote has a backslash before it.
    public var objectCount: Int {
        var count = 0
        var index = 0
        while let brace = body.firstIndex(of: UInt8(ascii: "{"), from: index) {
            index = brace + 1
            while index < body.count, body[index] <= 0x20 { index += 1 }
            if index < body.count, body[index] == UInt8(ascii: "\"") { count += 1 }
        }
        return count
    }
}
