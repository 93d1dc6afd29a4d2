import Synchronization

/// Counts how often requests are read for translations, for the tests that hold it to once a request.
///
/// Builds for use have none of it: `ReadingTally.count` is empty there.
package final class ReadingTally: Sendable {
    #if DEBUG
    /// What counts now.
    @TaskLocal package static var current: ReadingTally?
    #endif

    private let sum = Atomic(0)

    package init() {}

    /// The readings so far.
    package var readings: Int { sum.load(ordering: .relaxed) }

    @inline(__always)
    static func count() {
        #if DEBUG
        current?.sum.wrappingAdd(1, ordering: .relaxed)
        #endif
    }
}
