import JSONBytes

extension ClientRequest {
    /// The body of a request that passes, with the model's name at the provider in the place of the
    /// client's.
    func passedBody(model: String) -> [UInt8] {
        guard model != self.model else { return body }
        if let modelRange {
            var renamed = body
            renamed.replaceSubrange(modelRange, with: model.utf8)
            return renamed
        }
        guard namesModel else { return body }
        var splice = JSONSplice(root)
        splice.set("model", to: model)
        return splice.bytes
    }
}
