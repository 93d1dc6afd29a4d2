import Foundation
import Settings
import Simulation
import Testing

@Suite("Simulated chat completions")
struct ChatTests {
    @Test
    func `an answer says that it is simulated and counts its tokens`() async throws {
        try await withServer { client in
            let reply = try await client.chat("What is 2+2?")
            #expect(reply.status == 200)
            #expect(reply.headers["content-type"] == "application/json")
            #expect(try text(of: reply).hasPrefix("This is a simulated answer by m."))
            let json = try reply.json()
            #expect(json["object"] as? String == "chat.completion")
            #expect(json["model"] as? String == "m")
            let usage = try #require(json["usage"] as? [String: Any])
            let input = try #require(usage["prompt_tokens"] as? Int)
            let output = try #require(usage["completion_tokens"] as? Int)
            // Twelve bytes are three tokens, and a message is four more.
            #expect(input == 7)
            #expect(try output == text(of: reply).split(separator: " ").count + 1)
            #expect(usage["total_tokens"] as? Int == input + output)
        }
    }

    @Test(arguments: [true, false])
    func `a stream is role, content, finish, usage if asked for, and the end mark`(
        includesUsage: Bool
    ) async throws {
        try await withServer { client in
            let reply = try await client.chat(
                "hello",
                ["stream": true, "stream_options": ["include_usage": includesUsage]]
            )
            #expect(reply.headers["content-type"]?.hasPrefix("text/event-stream") == true)
            #expect(reply.body.hasSuffix("data: [DONE]\n\n"))
            var events = try reply.events()
            if includesUsage {
                let last = events.removeLast()
                #expect((last["choices"] as? [Any])?.isEmpty == true)
                #expect(last["usage"] is [String: Any])
            }
            #expect(events.allSatisfy { !($0["usage"] is [String: Any]) })
            let choices = events.compactMap { ($0["choices"] as? [[String: Any]])?.first }
            #expect((choices.first?["delta"] as? [String: Any])?["role"] as? String == "assistant")
            #expect(choices.dropLast().allSatisfy { $0["finish_reason"] is NSNull })
            #expect(choices.last?["finish_reason"] as? String == "stop")
            #expect(try await text(of: reply, streamed: true) == text(of: client.chat("hello")))
        }
    }

    @Test
    func `the output limit cuts the answer with the reason length`() async throws {
        try await withServer { client in
            for limit in ["max_tokens", "max_completion_tokens"] {
                let reply = try await client.chat("hello", [limit: 3])
                let choice = try #require((reply.json()["choices"] as? [[String: Any]])?.first)
                #expect(choice["finish_reason"] as? String == "length")
                #expect(try text(of: reply) == "This is a")
                let usage = try reply.json()["usage"] as? [String: Any]
                #expect(usage?["completion_tokens"] as? Int == 3)
            }
        }
    }

    @Test
    func `a text in parts reads as one`() async throws {
        try await withServer { client in
            let parts = [["type": "text", "text": "hel"], ["type": "image_url"]]
            let reply = try await client.chat(
                "",
                ["messages": [["role": "user", "content": parts]]]
            )
            #expect(reply.status == 200)
            #expect(try await text(of: reply) == text(of: client.chat("hel")))
        }
    }

    @Test
    func `the model list names every model and its owner`() async throws {
        try await withServer({ $0.models.append(SimulatedModel(name: "a/b:c")) }) { client in
            let list = try await client.get("/v1/models").json()
            let models = try #require(list["data"] as? [[String: Any]])
            #expect(models.map { $0["id"] as? String } == ["m", "a/b:c"])
            #expect(models.allSatisfy { $0["owned_by"] as? String == "sim" })
            #expect(try await client.get("/v1/models/a%2Fb:c").json()["id"] as? String == "a/b:c")
            #expect(try await client.get("/v1/models/none").status == 404)
        }
    }

    static var weather: [String: Any] {
        [
            "type": "function",
            "function": [
                "name": "weather",
                "parameters": [
                    "type": "object",
                    "properties": [
                        "city": ["type": "string"], "days": ["type": "integer"],
                        "wind": ["type": "boolean"], "unit": ["enum": ["C", "F"]],
                        "note": ["type": "string"],
                    ],
                    "required": ["city", "days", "wind", "unit"],
                ],
            ],
        ]
    }

    @Test(arguments: [false, true])
    func `a request with tools gets a call with every required argument`(
        streamed: Bool
    ) async throws {
        try await withServer { client in
            let reply = try await client.chat(
                "sun?",
                ["tools": [Self.weather], "stream": streamed]
            )
            var name = ""
            var arguments = ""
            for event in streamed ? try reply.events() : [try reply.json()] {
                let choice = try #require((event["choices"] as? [[String: Any]])?.first)
                let message = (choice["delta"] ?? choice["message"]) as? [String: Any]
                let call = (message?["tool_calls"] as? [[String: Any]])?.first
                let function = call?["function"] as? [String: Any]
                name += function?["name"] as? String ?? ""
                arguments += function?["arguments"] as? String ?? ""
            }
            #expect(name == "weather")
            let object = try JSONSerialization.jsonObject(with: Data(arguments.utf8))
            let values = try #require(object as? [String: Any])
            #expect(values.keys.sorted() == ["city", "days", "unit", "wind"])
            #expect(values["city"] is String && values["unit"] as? String == "C")
            #expect(values["days"] as? Int == 1)
            #expect(reply.body.contains(#""finish_reason":"tool_calls""#))
        }
    }

    @Test
    func `after a tool's result, or with no choice of tools, comes text`() async throws {
        try await withServer { client in
            let messages: [[String: Any]] = [
                ["role": "user", "content": "sun?"],
                ["role": "assistant", "content": NSNull(), "tool_calls": [Any]()],
                ["role": "tool", "tool_call_id": "c", "content": "yes"],
            ]
            let after = try await client.chat(
                "",
                ["tools": [Self.weather], "messages": messages]
            )
            #expect(try text(of: after).hasPrefix("This is a simulated answer"))
            let without = try await client.chat(
                "sun?",
                ["tools": [Self.weather], "tool_choice": "none"]
            )
            #expect(try text(of: without).hasPrefix("This is a simulated answer"))
        }
    }
}
