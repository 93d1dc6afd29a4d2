import Events
import Testing

@Suite("Estimates of tokens")
struct TokenEstimateTests {
    @Test(arguments: [(0, 0, 0), (1, 1, 0), (3, 1, 0), (4, 1, 1), (5, 2, 1), (8, 2, 2)])
    func `a token is four bytes, a last incomplete one counted or not`(
        bytes: Int,
        tokens: Int,
        whole: Int
    ) {
        #expect(TokenEstimate.tokens(ofBytes: bytes) == tokens)
        #expect(TokenEstimate.wholeTokens(ofBytes: bytes) == whole)
    }
}
