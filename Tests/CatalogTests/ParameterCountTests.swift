import Catalog
import Testing

@Suite("Parameter counts")
struct ParameterCountTests {
    @Test
    func `counts are read exactly`() {
        #expect(ParameterCount("8B")?.total == 8_000_000_000)
        #expect(ParameterCount("137M")?.total == 137_000_000)
        #expect(ParameterCount("3.21B")?.total == 3_210_000_000)
        let mixture = ParameterCount("117B (5.1B active)")
        #expect(mixture?.total == 117_000_000_000)
        #expect(mixture?.active == 5_100_000_000)
        #expect(mixture?.text == "117B (5.1B active)")
        #expect(ParameterCount("8B")?.active == nil)
    }

    @Test(arguments: [
        "", "8", "B", "8b", "0B", "-1B", "8B active", "1.1234567B", "99999999999999B",
    ])
    func `anything else is no count`(text: String) {
        #expect(ParameterCount(text) == nil)
    }
}
