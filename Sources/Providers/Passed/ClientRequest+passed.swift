import JSONBytes

extension ClientRequest {
    /// The body of a request that passes, with the model's name at the provider in the place of the
    /// client's.
    func passedBody(model: String) -> [ArraySlice<UInt8>] {
        guard model != self.model else { return [body[...]] }
        if let modelRange {
            return [
                body[..<modelRange.lowerBound], Array(model.utf8)[...],
                body[modelRange.upperBound...],
            ]
        }
        guard namesModel else { return [body[...]] }
        var splice = JSONSplice(root)
        splice.set("model", to: model)
        return splice.pieces
    }
}
