import Events
import JSONBytes

extension ModelList {
    /// The list for a client that tells its version when it asks, as Codex does at its built-in provider:
    /// OpenAI's, and beside it the list that Codex reads, which is empty.
    ///
    /// Codex takes each of its entries, instructions included, for what it knows of a model itself; an empty
    /// list leaves it that, and a list without the member is an error in its log.
    public static func codexBody(of entries: [Entry]) -> [UInt8] {
        let list = body(of: entries, for: .openai)
        do {
            var splice = JSONSplice(try JSONSlice(validating: list))
            splice.set("models", to: Array("[]".utf8))
            return splice.bytes
        } catch {
            // It was just written.
            return list
        }
    }
}
