import JSONBytes

/// A field of a request: its value and the path that messages name it by.
struct Field {
    let value: JSONSlice
    let path: String

    /// The members of an object, by several names at once; `null` counts as absent.
    func scan(_ keys: JSONKeys) throws(RequestError) -> [JSONSlice?] {
        try scan(keys, refusingVariants: false)
    }

    /// The same of what decides a request whose bytes pass on: a name that is one of these but for the case of
    /// its letters is refused, since its provider may take it for that one (Go's JSON does, and so Ollama),
    /// and would answer another request than the one that was decided.
    func scanDeciding(_ keys: JSONKeys) throws(RequestError) -> [JSONSlice?] {
        try scan(keys, refusingVariants: true)
    }

    private func scan(
        _ keys: JSONKeys,
        refusingVariants: Bool
    ) throws(RequestError) -> [JSONSlice?] {
        try require(.object, "an object")
        do {
            var found = try value.scan(keys, refusingVariants: refusingVariants)
            for index in found.indices where found[index]?.isNull == true { found[index] = nil }
            return found
        } catch {
            throw RequestError(error, in: path)
        }
    }

    /// The value, which must be a string.
    func string() throws(RequestError) -> JSONSlice {
        try require(.string, "a string")
        return value
    }

    /// The value, which must be a Boolean.
    func bool() throws(RequestError) -> Bool {
        guard let bool = value.bool else { throw mistyped("true or false") }
        return bool
    }

    /// The value, which must be an integer that is not negative.
    func count() throws(RequestError) -> Int {
        guard let int = value.int, int >= 0 else { throw mistyped("a non-negative integer") }
        return int
    }

    /// The value, which must be a number.
    func number() throws(RequestError) -> JSONSlice {
        try require(.number, "a number")
        return value
    }

    /// The elements, which must be in an array.
    func elements() throws(RequestError) -> [Field] {
        try require(.array, "an array")
        return value.elements.enumerated().map { index, element in
            Field(value: element, path: "\(path)[\(index)]")
        }
    }

    func require(_ kind: JSONSlice.Kind, _ name: String) throws(RequestError) {
        guard value.kind == kind else { throw mistyped(name) }
    }

    func mistyped(_ wanted: String) -> RequestError {
        let offset = value.range.lowerBound
        let name = path.isEmpty ? "the body" : path
        return RequestError(
            "\(name) must be \(wanted) (at byte \(offset))",
            field: path,
            offset: offset
        )
    }
}

extension Field {
    /// A limit in tokens; a negative one asks for none, as servers of every family take it.
    func limit() throws(RequestError) -> Int? {
        if let int = value.int, int < 0 { return nil }
        return try count()
    }
}
