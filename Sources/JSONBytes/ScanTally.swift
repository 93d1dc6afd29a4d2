import Synchronization

/// Counts the bytes that are looked at and the texts that are validated, for the tests that hold the work on a
/// request to its length, and to once.
///
/// Builds for use have none of it: its counting functions are empty there.
package final class ScanTally: Sendable {
    #if DEBUG
    /// What counts now.
    @TaskLocal package static var current: ScanTally?
    #endif

    private let sum = Atomic(0)
    private let validated = Mutex<[Int]>([])

    package init() {}

    /// The bytes so far.
    package var bytes: Int { sum.load(ordering: .relaxed) }

    /// How many of the texts that were validated so far have at least so many bytes.
    package func validations(ofAtLeast bytes: Int) -> Int {
        validated.withLock { $0.count { $0 >= bytes } }
    }

    /// Counts the bytes of a text that is validated.
    @inline(__always)
    static func countValidation(of bytes: Int) {
        #if DEBUG
        current?.validated.withLock { $0.append(bytes) }
        #endif
        count(bytes)
    }

    @inline(__always)
    static func count(_ bytes: Int) {
        #if DEBUG
        current?.sum.wrappingAdd(bytes, ordering: .relaxed)
        #endif
    }
}
