import Events
import Learning
import Providers

/// What the gateway records of a prompt, and what the classifier makes of it.
func classify(_ prompt: String, window: Int? = 128_000) throws -> Classification {
    Classifier.heuristic.classify(try received(prompt), contextWindow: window)
}

/// A request with one message.
func received(_ prompt: String) throws -> RequestReceived {
    var text = ""
    for scalar in prompt.unicodeScalars {
        switch scalar {
        case "\n": text += "\\n"
        case "\"": text += "\\\""
        case "\\": text += "\\\\"
        default: text.unicodeScalars.append(scalar)
        }
    }
    let body = #"{"model":"auto","messages":[{"role":"user","content":"\#(text)"}]}"#
    let request = try ClientRequest(family: .openai, body: Array(body.utf8))
    var received = RequestReceived()
    received.features.promptBytes = request.promptTextBytes
    received.features.inputTokens = TokenEstimate.tokens(ofBytes: request.promptTextBytes)
    received.features.messages = request.messageCount
    FeatureExtractor.measure(request.instruction, into: &received.features)
    return received
}
