/// A share, which files write as a number from 0 to 1 and policies have in millionths.
enum Share {
    static func millionths(_ number: Double) -> Int { Int((number * 1_000_000).rounded()) }
    static func number(_ millionths: Int) -> Double { Double(millionths) / 1_000_000 }
}
