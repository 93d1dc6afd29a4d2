import JSONBytes

/// Names of members in Google's API, which takes each in two spellings: as its reference has them
/// (`systemInstruction`) and as its messages are defined (`system_instruction`).
///
/// Source: protobuf's "ProtoJSON Format", "Field names": parsers take both.
struct GeminiKeys: ExpressibleByArrayLiteral {
    private let names: [String]
    private let keys: JSONKeys

    /// The names as the reference has them.
    init(arrayLiteral names: String...) {
        self.names = names
        keys = JSONKeys(names + names.map(Self.defined))
    }

    /// The members of an object in the order of the names, by either spelling; `null` counts as absent.
    func scan(_ object: Field) throws(RequestError) -> [Field?] {
        try fields(of: object, found: object.scan(keys))
    }

    /// The same of what decides a request (`Field.scanDeciding`).
    func scanDeciding(_ object: Field) throws(RequestError) -> [Field?] {
        try fields(of: object, found: object.scanDeciding(keys))
    }

    private func fields(of object: Field, found: [JSONSlice?]) throws(RequestError) -> [Field?] {
        var fields: [Field?] = []
        for index in names.indices {
            let other = index + names.count
            let place = found[index] == nil ? other : index
            let path = object.path.isEmpty ? keys[place] : object.path + "." + keys[place]
            // Google refuses a field in both spellings; another server might take either.
            if let second = found[other], found[index] != nil {
                throw RequestError(
                    "\(path) is there in both of its spellings; send one",
                    field: path,
                    offset: second.range.lowerBound
                )
            }
            fields.append(found[place].map { Field(value: $0, path: path) })
        }
        return fields
    }

    /// A member's name as the reference has it, whichever spelling it comes in.
    static func spelled(_ name: String) -> String {
        guard name.utf8.contains(UInt8(ascii: "_")) else { return name }
        let words = name.split(separator: "_")
        guard let first = words.first else { return name }
        return String(first)
            + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }
            .joined()
    }

    private static func defined(_ name: String) -> String {
        name.reduce(into: "") { result, letter in
            if letter.isUppercase {
                result += "_" + letter.lowercased()
            } else {
                result.append(letter)
            }
        }
    }
}

extension Field {
    /// The elements of a list, or the one value that stands in its place, which Google's API takes too.
    func listed() throws(RequestError) -> [Field] {
        value.kind == .object ? [self] : try elements()
    }

    /// A count, which Google's API takes as a number, whole or not, and as a text of one.
    func writtenInt() throws(RequestError) -> Int {
        let text = value.string ?? value.numberText
        guard let number = text.flatMap(Double.init), let int = Int(exactly: number) else {
            throw mistyped("a whole number")
        }
        return int
    }
}
