/// The keys that are checked and typed, but that this version does not act on.
///
/// The server prints each that a file uses. A key leaves the table in the change that puts it in
/// force.
enum NotInForce {
    /// What happens instead of what the key at `path` asks for; `nil` if the key is in force.
    static func consequence(of path: String) -> String? {
        table[withoutIndices(path)]
    }

    private static let table: [String: String] = [
        "providers[].features": "what a model can do comes from the catalogue",
        "routing.referenceModel": "reports show no savings",
    ]

    /// `providers[3].limits` → `providers[].limits`.
    private static func withoutIndices(_ path: String) -> String {
        path.replacing(/\[\d+\]/, with: "[]")
    }
}
