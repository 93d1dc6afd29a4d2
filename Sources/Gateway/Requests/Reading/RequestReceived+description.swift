import Events
import Hummingbird
import Learning
import Platform
import Providers

/// The most fields of a request that are named as untranslatable, and their paths' bytes.
private let fieldLimit = (count: 16, length: 128)

extension RequestReceived {
    /// A request as its head shows it, with a fresh id.
    ///
    /// `now` is the log's time, so that the id leads to its place in the log.
    init(_ request: Request, family: WireFamily, at now: Timestamp) {
        self.init()
        self.request = .fresh(at: now)
        client = family
        endpoint = request.uri.path
    }

    /// Adds what the body shows, without keeping any of its text.
    ///
    /// - Parameters:
    ///   - request: the body, read.
    ///   - families: the families that the configured providers speak.
    mutating func describe(_ request: ClientRequest, families: [WireFamily]) {
        requestedModel = request.model
        isStreamed = request.streamed
        FeatureExtractor.measure(request.instruction, into: &features)
        features.promptBytes = request.promptTextBytes + request.toolDefinitionBytes
        features.inputTokens = TokenEstimate.tokens(ofBytes: features.promptBytes)
        features.outputLimit = request.maxOutputTokens
        features.messages = request.messageCount
        features.needs = request.needs
        isResponse = request.api.isResponses
        if request.choices > 1 { choices = request.choices }
        if request.api.operation != .generation { operation = request.api.operation }
        surcharges = request.surcharges
        for family in families {
            // What passes to a family loses only what would choose another model.
            droppedHints.append(family, request.droppedHints(to: family))
            obstacles.append(family, request.obstacles(to: family))
        }
    }
}

extension [TranslationObstacle] {
    fileprivate mutating func append(_ family: WireFamily, _ fields: [String]) {
        guard !fields.isEmpty else { return }
        var obstacle = TranslationObstacle()
        obstacle.family = family
        obstacle.fields = fields.prefix(fieldLimit.count).map {
            $0.limited(toBytes: fieldLimit.length)
        }
        append(obstacle)
    }
}
