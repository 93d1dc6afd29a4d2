import JSONBytes

extension RequestError {
    /// The error that broken JSON or a duplicate field stands for.
    ///
    /// `path` is that of the object that it was found in, for the latter.
    init(_ error: JSONError, in path: String = "") {
        switch error.reason {
        case .duplicateMember(let name):
            self.init("\(error)", field: Self.path(name, in: path), offset: error.offset)
        case .caseVariant(let name):
            self.init(
                "\(error): some servers take it for the same and others don't, so write '\(name)' "
                    + "or leave it out",
                field: Self.path(name, in: path),
                offset: error.offset
            )
        default: self.init("the body is not valid JSON: \(error)", offset: error.offset)
        }
    }

    private static func path(_ name: String, in object: String) -> String {
        object.isEmpty ? name : object + "." + name
    }
}
