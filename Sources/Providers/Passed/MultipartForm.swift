import JSONBytes

/// A body of type `multipart/form-data`, of which single fields are found and nothing is copied.
///
/// Source: RFC 7578 and RFC 2046, section 5.1.1.
struct MultipartForm {
    /// The most parts that are looked at: forms of OpenAI's API have some twenty.
    private static let partLimit = 256
    /// The most bytes of a part's head.
    private static let headLimit = 8 << 10

    /// What stands before each part but the first: a line's end and the boundary.
    private let delimiter: [UInt8]

    /// The form of a body with this type; `nil` for other types.
    init?(contentType: String) {
        guard contentType.lowercased().hasPrefix("multipart/form-data") else { return nil }
        for parameter in contentType.split(separator: ";").dropFirst() {
            let pair = parameter.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].lowercased().filter({ $0 != " " }) == "boundary" else {
                continue
            }
            let boundary = pair[1].filter { $0 != "\"" && $0 != " " }
            guard !boundary.isEmpty else { return nil }
            delimiter = Array("\r\n--\(boundary)".utf8)
            return
        }
        return nil
    }

    /// Where the value of a field lies in the body; `nil` where there is no such field, or it is a file.
    func field(_ name: String, in body: [UInt8]) -> Range<Int>? {
        var start = delimiter.count - 2
        if !body.starts(with: delimiter[2...]) {
            guard let first = next(in: body, from: 0) else { return nil }
            start = first + delimiter.count
        }
        for _ in 0..<Self.partLimit {
            guard let head = head(in: body, from: start),
                let end = next(in: body, from: head.upperBound - 2)
            else { return nil }
            if Self.isField(name, String(decoding: body[head], as: UTF8.self)) {
                return min(head.upperBound, end)..<end
            }
            start = end + delimiter.count
        }
        return nil
    }

    /// Where a part's head lies, with the empty line that ends it; `nil` behind the last part.
    private func head(in body: [UInt8], from start: Int) -> Range<Int>? {
        if body[start...].starts(with: "--".utf8) { return nil }
        var offset = start
        while let newline = body.firstIndex(of: UInt8(ascii: "\n"), from: offset) {
            guard newline - start < Self.headLimit else { return nil }
            offset = newline + 1
            if body[offset...].starts(with: "\r\n".utf8) { return start..<offset + 2 }
        }
        return nil
    }

    /// Where the next delimiter begins.
    private func next(in body: [UInt8], from start: Int) -> Int? {
        var offset = max(0, start)
        while let found = body.firstIndex(of: UInt8(ascii: "\r"), from: offset) {
            if body[found...].starts(with: delimiter) { return found }
            offset = found + 1
        }
        return nil
    }

    /// Whether a head is that of a field with a name and of no file.
    private static func isField(_ name: String, _ head: String) -> Bool {
        for line in head.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ";").map { $0.drop { $0 == " " } }
            guard let first = parts.first,
                first.lowercased().hasPrefix("content-disposition:")
            else { continue }
            let parameters = parts.dropFirst()
            guard !parameters.contains(where: { $0.lowercased().hasPrefix("filename") }) else {
                return false
            }
            return parameters.contains { $0 == "name=\"\(name)\"" || $0 == "name=\(name)" }
        }
        return false
    }
}
