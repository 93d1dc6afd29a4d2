import Events
import JSONBytes

extension Answer {
    /// A whole answer to a request that passes: nothing of it is read but an error in its place, and
    /// what the provider keeps from now on.
    ///
    /// - Throws: the error object inside of it, or that it is no JSON, as it says.
    static func passed(
        _ body: [UInt8],
        for passage: Passage
    ) throws(ProviderFailure) -> Answer {
        let found: [JSONSlice?]
        let root: JSONSlice
        do {
            root = try JSONSlice(validating: body)
            found = try root.scan(["error", "id"])
        } catch {
            throw AnswerReader.notJSON(body, error)
        }
        if let error = found[0], error.kind == .object {
            throw FailureClassifier.inBand(root, family: .openai)
        }
        let kept = passage.creates ? found[1]?.string : nil
        return Answer(body, held: kept.map { [HeldText.fingerprint(Array($0.utf8))] } ?? [])
    }
}
