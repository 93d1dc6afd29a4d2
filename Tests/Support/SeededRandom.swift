import Foundation

/// A seeded source of random choices (SplitMix64): the same seed gives the same choices.
public struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    /// Choices that follow from the seed.
    public init(seed: UInt64) {
        state = seed
    }

    /// The next 64 random bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// A number in a range.
    public mutating func int(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &self)
    }

    /// True about once in `count` times.
    public mutating func oneIn(_ count: Int) -> Bool { int(1...count) == 1 }

    /// One of the elements; there is at least one.
    public mutating func one<Element>(of elements: [Element]) -> Element {
        elements[int(0...elements.count - 1)]
    }

    /// The seed of a random test: LOGWAY_TEST_SEED, or else a new one; printed, so that a failure
    /// can be repeated.
    public static func seed(for test: String = #function) -> UInt64 {
        let given = ProcessInfo.processInfo.environment["LOGWAY_TEST_SEED"].flatMap { UInt64($0) }
        let seed = given ?? .random(in: .min ... .max)
        print("\(test): LOGWAY_TEST_SEED=\(seed)")
        return seed
    }
}
