/// Tells the models that answer a chat and those that give embeddings from each other, by their
/// names.
///
/// A server's list names its models and says nothing more of them, and many servers have an
/// embedding model beside the others. This is the only place that goes by names.
public enum ChatModels {
    /// What the names of embedding models contain, in lower case (`nomic-embed-text`, `all-minilm`,
    /// `bge-m3`, `gte-large`).
    ///
    /// Bytes, since a search for a text in a text takes a microsecond, and lists have many names.
    private static let embeddings = ["embed", "minilm", "bge-", "gte-", "paraphrase-"]
        .map { Array($0.utf8) }
    /// What the names of models for other work contain: these, and ranking and speech.
    private static let otherWork = embeddings + ["rerank", "whisper"].map { Array($0.utf8) }

    /// The models in their order, but those that look unable to chat come last.
    ///
    /// They are not left out: a name may mislead, and one is better than none.
    public static func first(_ models: [String]) -> [String] {
        models.filter(canChat) + models.filter { !canChat($0) }
    }

    static func canChat(_ model: String) -> Bool { !holds(otherWork, model) }

    /// Whether a model gives embeddings, as far as its name tells.
    public static func embeds(_ model: String) -> Bool { holds(embeddings, model) }

    private static func holds(_ words: [[UInt8]], _ model: String) -> Bool {
        let name = model.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        return name.indices.contains { start in
            words.contains { name[start...].starts(with: $0) }
        }
    }
}
