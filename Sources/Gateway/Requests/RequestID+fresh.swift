import Events

extension Events.RequestID {
    /// An id that nobody had before, of this instant.
    static func fresh() -> Events.RequestID {
        Events.RequestID(
            time: Clocks.wall,
            random: (.random(in: .min ... .max), .random(in: .min ... .max))
        )
    }
}
