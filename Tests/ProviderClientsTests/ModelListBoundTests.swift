import Events
import Testing

@testable import ProviderClients

/// Lists of models that providers made longer than a record may be.
struct ModelListBoundTests {
    @Test func `a list is cut to what a record holds, and what no request can name is left out`() {
        var list = ModelsListed()
        list.provider = "p"
        list.models = (0..<200_000).map { "model \(1_000_000 + $0)" }
        list.models.append(String(repeating: "z", count: 5 << 20))
        list.details = list.models.map { name in
            var model = ListedModel()
            model.name = name
            return model
        }
        let leftOut = list.bound()
        #expect(list.models.count + leftOut == 200_001)
        #expect(list.models.count > 10_000)
        #expect(list.encoded.count <= ModelsListed.byteLimit)
        #expect(list.details.map(\.name) == list.models)

        var standard = ModelsListed()
        standard.models = ["a", "b"]
        let before = standard
        #expect(standard.bound() == 0)
        #expect(standard == before)
    }
}
