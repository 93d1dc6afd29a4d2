import Events
import Testing

@testable import Catalog

@Suite("Thinking by the models' names")
struct ThinkingRuleTests {
    @Test func `every shipped rule is understood, of a provider that is known, with its source`()
        throws
    {
        let rules = try ThinkingRule.shipped.get()
        #expect(!rules.isEmpty)
        for rule in rules {
            #expect(rule.control != nil, "\(rule.models)")
            #expect(ProviderType(name: rule.provider) != nil, "\(rule.provider)")
            #expect(!rule.models.isEmpty && rule.source.hasPrefix("https://"))
            #expect(rule.asOf.wholeMatch(of: /20\d\d-\d\d-\d\d/) != nil)
        }
        let names = rules.flatMap { rule in rule.models.map { "\(rule.provider):\($0)" } }
        #expect(Set(names).count == names.count)
    }

    static let known: [(ProviderType, String, ThinkingControl.Form?, String?)] = [
        (.claude, "claude-haiku-4-5", .budget, "disabled"),
        (.claude, "claude-opus-4-6", .effort, "disabled"),
        (.claude, "claude-opus-5-5", .effort, nil),
        (.claude, "claude-sonnet-5-5", .effort, "between_tools"),
        (.claude, "claude-3-5-sonnet-20241022", .never, nil),
        (.claude, "kimi-k3", nil, nil),
        (.google, "gemini-2.5-flash", .budget, "0"), (.google, "gemini-2.5-pro", .budget, nil),
        (.google, "gemini-4-argon", .effort, nil), (.google, "gemini-2.0-flash", .never, nil),
        (.openai, "gpt-5.4-mini", .effort, "none"), (.openai, "gpt-6-astra", .effort, nil),
        (.openai, "gpt-4.1", .never, nil), (.openai, "my-model", nil, nil),
        (.ollama, "gpt-oss:20b", .effort, nil), (.ollama, "qwen3:8b", nil, nil),
        (.ollama, "llama3.2:latest", .never, nil),
    ]

    @Test("the longest beginning of a name holds", arguments: known)
    func longest(
        type: ProviderType,
        model: String,
        form: ThinkingControl.Form?,
        off: String?
    ) throws {
        let control = try Catalog.shipped.thinking(provider: type, id: model)
        #expect(control?.form == form)
        #expect(control?.off == off)
    }

    @Test func `services with completions of prompts are known, with their sources`() throws {
        let services = try CompletionService.shipped.get()
        for service in services {
            #expect(ProviderType(name: service.provider) != nil)
            #expect(!service.models.isEmpty && service.source.hasPrefix("https://"))
        }
        #expect(ProviderType.openrouter.promptModels == ["*"])
        #expect(ProviderType.openai.promptModels.contains("davinci-002"))
        #expect(ProviderType.groq.promptModels == [])
    }

    @Test func `services with responses are known, with their sources`() throws {
        for service in try ResponseService.shipped.get() {
            #expect(ProviderType(name: service.provider) != nil)
            #expect(!service.models.isEmpty && service.source.hasPrefix("https://"))
        }
        #expect(ProviderType.openai.responseModels == ["*"])
        #expect(ProviderType.openai.responseModelsElsewhere.contains("gpt-5*"))
        #expect(ProviderType.groq.responseModels == [])
    }

    @Test func `who takes fields of OpenAI's own chats is known, with sources`() throws {
        for entry in try ChatFields.shipped.get().providers {
            #expect(ProviderType(name: entry.provider) != nil)
            #expect(!entry.fields.isEmpty && entry.source.hasPrefix("https://"))
        }
        #expect(ProviderType.openai.chatFields.contains("verbosity"))
        #expect(ProviderType.groq.chatFields == [])
        #expect(ProviderType.chatFieldsElsewhere == ["prompt_cache_key"])
    }

    @Test func `tokens and words stand for each other`() {
        for effort in [ThinkingEffort.low, .medium, .high] {
            #expect(ThinkingEffort(tokens: effort.tokens) == effort)
            #expect(ThinkingEffort(tokens: effort.tokens - 1) < effort)
        }
        #expect(ThinkingEffort(tokens: 1_000_000) == .high)
        #expect(ThinkingEffort.allCases == ThinkingEffort.allCases.sorted())
    }
}
