/// Tells the models that answer a chat from those that don't, by their names.
///
/// A server's list names its models and says nothing more of them, and many servers have an
/// embedding model beside the others. This is the only place that goes by names.
public enum ChatModels {
    /// What the names of models for other work contain, in lower case: embeddings first
    /// (`nomic-embed-text`, `all-minilm`, `bge-m3`, `gte-large`), then ranking and speech.
    ///
    /// Bytes, since a search for a text in a text takes a microsecond, and lists have many names.
    private static let otherWork = [
        "embed", "minilm", "bge-", "gte-", "paraphrase-", "rerank", "whisper",
    ].map { Array($0.utf8) }

    /// The models in their order, but those that look unable to chat come last.
    ///
    /// They are not left out: a name may mislead, and one is better than none.
    public static func first(_ models: [String]) -> [String] {
        models.filter(canChat) + models.filter { !canChat($0) }
    }

    static func canChat(_ model: String) -> Bool {
        let name = model.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        return !name.indices.contains { start in
            otherWork.contains { name[start...].starts(with: $0) }
        }
    }
}
