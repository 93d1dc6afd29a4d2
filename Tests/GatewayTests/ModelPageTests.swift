import Foundation
import Settings
import Testing

@testable import Gateway

/// Pages of the model list, which Anthropic's clients ask for.
struct ModelPageTests {
    /// The ids, and what follows them.
    private static func page(_ ids: ArraySlice<String>, hasMore: Bool) -> (String, [String]) {
        let ends = [("first_id", ids.first), ("last_id", ids.last)].map { name, id in
            #""\#(name)":"# + (id.map { #""\#($0)""# } ?? "null")
        }
        return (#""has_more":\#(hasMore),"# + ends.joined(separator: ","), Array(ids))
    }

    private static func ids(_ body: String) -> [String] {
        body.components(separatedBy: #"{"id":""#).dropFirst().map { part in
            String(part.prefix { $0 != "\"" })
        }
    }

    @Test func `a page is the stretch that was asked for`() async throws {
        let names = (1...5).map { "org/m:\($0)" }
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        let settings = Settings.testing(
            .scripted(upstream) {
                $0.models = names
                $0.defaultModel = names[0]
            }
        )
        try await withGateway(settings) { gateway in
            let client = try gateway.client()
            func get(_ query: String, isAnthropic: Bool = true) async -> RawResponse {
                client.get(
                    "/v1/models\(query)",
                    headers: isAnthropic ? "anthropic-version: 2023-06-01\r\n" : ""
                )
                return await client.response()
            }
            let all = Self.ids(await get("").body)
            #expect(all.suffix(5) == names[...])
            let count = all.count
            for (query, range, hasMore) in [
                ("", 0..<count, false), ("?limit=2", 0..<2, true),
                ("?limit=\(count)", 0..<count, false), ("?limit=1000", 0..<count, false),
                ("?limit=2&after_id=auto", 1..<3, true),
                ("?after_id=org%2Fm%3A3", count - 2..<count, false),
                ("?limit=2&after_id=org/m:3", count - 2..<count, false),
                ("?limit=2&after_id=org/m:5", count..<count, false),
                ("?limit=2&before_id=org/m:5", count - 3..<count - 1, true),
                ("?limit=1&before_id=auto", 0..<0, false),
                ("?before_id=org/m:1&after_id=auto", 1..<count - 5, false),
                ("?after_id=org/m:5&before_id=auto", 0..<0, false),
            ] {
                let response = await get(query)
                #expect(response.status == 200)
                let (end, ids) = Self.page(all[range], hasMore: hasMore)
                #expect(Self.ids(response.body) == ids, "\(query)")
                #expect(response.body.hasSuffix(end + "}"), "\(query)")
            }
            for (query, field) in [
                ("?limit=0", "limit"), ("?limit=1001", "limit"), ("?limit=x", "limit"),
                ("?limit=", "limit"), ("?after_id=nobody", "after_id"),
                ("?before_id=nobody", "before_id"),
            ] {
                let response = await get(query)
                #expect(response.status == 400, "\(query)")
                #expect(response.body.contains(#""param":"\#(field)""#), "\(query)")
            }
            // OpenAI's list has no pages.
            #expect(Self.ids(await get("?limit=2", isAnthropic: false).body) == all)
        }
    }
}
