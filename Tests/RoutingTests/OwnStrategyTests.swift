import Events
import Foundation
import RouterState
import Routing
import Testing

@testable import RoutingSupport

@Suite("A strategy of one's own")
struct OwnStrategyTests {
    @Test func `the one that the page shows is the one that runs here`() throws {
        let tests = URL(filePath: #filePath).deletingLastPathComponent()
        let page = try String(
            contentsOf: tests.appending(path: "../../docs/strategies.md").standardized,
            encoding: .utf8
        )
        let example = try String(
            contentsOf: tests.appending(path: "NightStrategy.swift"),
            encoding: .utf8
        )
        #expect(page.contains("```swift\n" + example + "```"))
    }

    @Test(arguments: [(12, false), (21, false), (22, true), (3, true), (6, false)])
    func `it ranks by its rule and is in the record`(hour: Int, isNight: Bool) {
        let world = RoutingFixture.withCards(["night"])
        let now = RoutingFixture.noon.advanced(byMicroseconds: Int64(hour + 12) * 3_600_000_000)
        let decision = decide(
            world.request("auto"),
            in: RoutingContext(world.state, at: now),
            seed: 1,
            registry: .all.with(NightStrategy())
        )
        #expect(decision.strategy == (isNight ? .own : .chain))
        #expect(decision.ranking.first == (isNight ? "ollama:qwen3:8b" : "claude:haiku"))
        #expect(decision.verdicts.contains { $0.name == "night" && $0.hasAbstained != isNight })
    }
}
