public import Events

extension Catalog {
    /// How good a model's answers are taken to be before anybody judged one, in millionths.
    ///
    /// For a kind of work, as rated (`ModelCard.taskQuality`). Else by the tier, which stands for 150,000
    /// and 200,000 for each step as in the strategy `quality`, with 50,000 more for the kinds that the
    /// model is a good pick for, and moved by benchmarks of that kind (`BenchmarkScale`). Without a kind,
    /// the tier moved by all of its benchmarks.
    ///
    /// - Returns: `nil` where there is nothing but the tier, or not even that.
    public func expectedQuality(of card: ModelCard, for task: TaskType? = nil) -> Int? {
        if let task, let rating = card.taskQuality?[task] { return rating }
        guard let tier = card.tier else { return nil }
        let isPick = task.map { card.tasks.contains($0.name) } ?? false
        let shift = scale.shift(of: card, for: task)
        guard isPick || shift != nil else { return nil }
        let expected = 150_000 + 200_000 * Int(tier.rawValue) + (isPick ? 50_000 : 0) + (shift ?? 0)
        return min(1_000_000, max(0, expected))
    }
}
