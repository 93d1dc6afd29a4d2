import Events
import RouterState

/// What bounds the use of every attempt at a request, whichever candidate it is at.
struct RequestBounds {
    /// Prompt tokens.
    let input: Int
    /// Output tokens in all answers; `nil` when the client set no limit.
    let output: Int?
    /// How many answers the client asked for.
    let choices: Int
    /// Whether what answers usually take is reserved, not all that they may take.
    let isExpected: Bool
    /// What providers of the client's own family are asked for beyond tokens.
    let surcharges: TranslationObstacle?

    /// The bounds of a decision, as it recorded them.
    init(_ decision: RouteDecided) {
        isExpected = decision.reservesExpected
        surcharges = decision.surcharges
        input = decision.inputBound
        output = decision.outputBound
        choices = max(1, decision.choices ?? 1)
    }

    /// Tokens that a chat template adds around each message, and around all of them, and what the
    /// providers put before tool definitions, each well above what they document.
    private static let overhead = (message: 16, request: 64, tools: 1_024)

    /// The bounds of a request, under these budgets.
    init(_ received: RequestReceived, budgets: BudgetPolicy?) {
        let features = received.features
        // No tokenizer makes more tokens than there are bytes. An image is among the body's.
        let bytes = features.needs.contains(.vision) ? features.bodyBytes : features.promptBytes
        input = max(0, bytes)
            .addingClamped(max(0, features.messages).multipliedClamped(by: Self.overhead.message))
            .addingClamped(Self.overhead.request)
            .addingClamped(features.needs.contains(.tools) ? Self.overhead.tools : 0)
        choices = max(1, received.choices ?? 1)
        output = features.outputLimit?.multipliedClamped(by: choices)
        // Of an unstreamed answer nothing is seen before all of it is paid for.
        isExpected =
            received.isStreamed && budgets?.isLimiting == true && budgets?.expectedOutput != nil
        if received.surcharges.isEmpty {
            surcharges = nil
        } else {
            var asked = TranslationObstacle()
            asked.family = received.client
            asked.fields = received.surcharges
            surcharges = asked
        }
    }

    /// The fields by which a provider is asked for what prices per token don't cover, so that its cost is
    /// unknown; `nil` for none.
    ///
    /// In a translation to another family they are left out.
    func surcharges(at provider: ProviderPolicy) -> [String]? {
        surcharges?.family == provider.family ? surcharges?.fields : nil
    }
}

extension Int {
    /// The product, or the end of the range that it runs past; neither may be negative.
    func multipliedClamped(by other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}
