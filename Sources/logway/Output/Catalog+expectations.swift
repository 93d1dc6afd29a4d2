import Catalog
import Events

extension Catalog {
    /// What routing expects of a model until somebody judges it, by kind of work, in millionths; what is
    /// expected of all its answers, where its benchmarks say something, comes first, as `overall`.
    func expectations(of card: ModelCard) -> [(name: String, rating: Int)] {
        let overall = expectedQuality(of: card).map { [(name: "overall", rating: $0)] } ?? []
        return overall
            + TaskType.allCases.compactMap { task in
                expectedQuality(of: card, for: task).map { (name: task.name, rating: $0) }
            }
    }
}
