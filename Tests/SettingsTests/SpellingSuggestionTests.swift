import Testing

@testable import Settings

@Suite("Suggestions")
struct SpellingSuggestionTests {
    @Test(arguments: [
        ("apikey", "apiKey"), ("API_KEY", "apiKey"), ("aipKey", "apiKey"), ("prioirty", "priority"),
        ("piority", "priority"), ("enabeld", "enabled"),
    ])
    func `a mistyped word finds what was meant`(word: String, meant: String) {
        let known = ["apiKey", "priority", "enabled", "name", "type"]
        #expect(SpellingSuggestion.match(for: word, among: known) == meant)
    }

    @Test(arguments: ["x", "colour", "", "key"])
    func `a word that is near to none finds none`(word: String) {
        #expect(
            SpellingSuggestion.match(for: word, among: ["apiKey", "priority", "enabled"]) == nil
        )
    }

    @Test(arguments: [("", "", 0), ("a", "", 1), ("ab", "ba", 1), ("kitten", "sitting", 3)])
    func `the distance counts insertions, deletions, changes and swaps`(
        left: String,
        right: String,
        distance: Int
    ) {
        #expect(SpellingSuggestion.distance(Array(left.utf8), Array(right.utf8)) == distance)
        #expect(SpellingSuggestion.distance(Array(right.utf8), Array(left.utf8)) == distance)
    }

    @Test(arguments: ["sk-abc", "gsk_a", "ghp_a", "AIzaB", "a b", "", "é", "abc123456789"])
    func `a word that can be a secret is not repeated`(word: String) {
        #expect(Quotation.safe(word) == "what stands here")
    }
}
