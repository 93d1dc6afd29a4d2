import Events

extension RouteDecided {
    /// Leaves the candidates that would give the vectors of the first one.
    ///
    /// Two models' vectors lie in different spaces: an index that holds both finds nonsense, and nobody
    /// is told. So embeddings go to another provider of the same model, or fail.
    mutating func keepToOneModel() {
        guard let first = candidates.first?.model else { return }
        let name = Self.name(ofModel: first)
        let others = candidates.filter { Self.name(ofModel: $0.model) != name }
        guard !others.isEmpty else { return }
        candidates.removeAll { Self.name(ofModel: $0.model) != name }
        excluded += others.map { other in
            RouteExclusion(provider: other.provider, model: other.model, reason: .otherVectors)
        }
    }

    /// Ollama's `NAME:latest` is the same model as `NAME`.
    private static func name(ofModel name: String) -> Substring {
        let tag = ":latest"
        return name.hasSuffix(tag) ? name.dropLast(tag.count) : name[...]
    }
}
