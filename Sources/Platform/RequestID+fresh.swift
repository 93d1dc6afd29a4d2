public import Events

extension Events.RequestID {
    /// An id that nobody had before, of an instant: the log's time for a request that is recorded, so
    /// that the id leads to its place in the log.
    public static func fresh(at time: Timestamp = Clocks.wall) -> Events.RequestID {
        Events.RequestID(
            time: time,
            random: (Randomness.next(), Randomness.next())
        )
    }
}
