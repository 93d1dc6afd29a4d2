import Synchronization

/// Counts the bytes that are looked at, for the tests that hold the work on a request to its length.
///
/// Builds for use have none of it: `ScanTally.count` is empty there.
package final class ScanTally: Sendable {
    #if DEBUG
    /// What counts now.
    @TaskLocal package static var current: ScanTally?
    #endif

    private let sum = Atomic(0)

    package init() {}

    /// The bytes so far.
    package var bytes: Int { sum.load(ordering: .relaxed) }

    @inline(__always)
    static func count(_ bytes: Int) {
        #if DEBUG
        current?.sum.wrappingAdd(bytes, ordering: .relaxed)
        #endif
    }
}
