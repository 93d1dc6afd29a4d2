/// Names of sums in cost reports, which are kept for ever.
public enum ReportName {
    /// The bytes of a name: what is asked and labelled today has at most a quarter of that, and a log
    /// of an earlier build may hold names of megabytes.
    public static let limit = 1_024

    /// Bytes at the end of a longer name that are left to what tells it from others: an ellipsis, a space
    /// and sixteen digits.
    private static let room = 32

    /// The name; of one over the limit its beginning, and behind it what tells it from others.
    ///
    /// What comes of it is within the limit, so it stays as it is when it is bounded again.
    public static func bounded(_ name: String) -> String {
        guard name.utf8.count > limit else { return name }
        var beginning = String.UnicodeScalarView()
        var bytes = 0
        for scalar in name.unicodeScalars {
            bytes += UTF8.width(scalar)
            guard bytes <= limit - room else { break }
            beginning.append(scalar)
        }
        return "\(String(beginning))… \(String(fingerprint(name), radix: 16))"
    }

    /// FNV-1a with 64 bits: the same in every build, since it is in logs.
    private static func fingerprint(_ name: String) -> UInt64 {
        name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
