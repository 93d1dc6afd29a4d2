import JSONBytes

extension RequestError {
    /// The error that broken JSON or a duplicate field stands for.
    init(_ error: JSONError) {
        if case .duplicateMember(let name) = error.reason {
            self.init("\(error)", field: name, offset: error.offset)
        } else {
            self.init("the body is not valid JSON: \(error)", offset: error.offset)
        }
    }
}
