import Foundation
import Settings

/// Vectors that follow from their texts: each word has a direction of its own, and a text is the sum
/// of its words, so texts that share words are near each other.
struct SimulatedEmbeddings {
    /// The length of the vectors where the request asks for none.
    static let defaultDimensions = 64
    /// The longest that can be asked for.
    static let mostDimensions = 4_096

    private let request: EmbeddingsRequest
    private let model: SimulatedModel
    private let seed: UInt64

    init(of request: EmbeddingsRequest, by model: SimulatedModel, seed: UInt64) {
        self.request = request
        self.model = model
        self.seed = seed
    }

    /// The answer in OpenAI's shape.
    var json: String {
        let data = request.texts.enumerated().map { index, text in
            #"{"object":"embedding","index":\#(index),"embedding":\#(encoded(vector(of: text)))}"#
        }
        return #"{"object":"list","data":[\#(data.joined(separator: ","))],"#
            + #""model":\#(jsonQuoted(model.name)),"usage":{"prompt_tokens":\#(request.tokens),"#
            + #""total_tokens":\#(request.tokens)}}"#
    }

    /// The vector of a text, of length 1.
    private func vector(of text: String) -> [Float] {
        let count = min(max(1, request.dimensions ?? Self.defaultDimensions), Self.mostDimensions)
        var sum = [Double](repeating: 0, count: count)
        let words = text.lowercased().split { !$0.isLetter && !$0.isNumber }
        for word in words.isEmpty ? [Substring(text)] : words {
            var draws = SeededRandom(seed: seed, "embedding", model.name, String(word))
            for index in sum.indices { sum[index] += draws.fraction() * 2 - 1 }
        }
        let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return sum.map { Float(length > 0 ? $0 / length : 0) }
    }

    private func encoded(_ vector: [Float]) -> String {
        guard request.isBase64 else {
            return "[" + vector.map { "\($0)" }.joined(separator: ",") + "]"
        }
        var data = Data()
        for value in vector {
            for shift in stride(from: UInt32(0), to: 32, by: 8) {
                data.append(UInt8(truncatingIfNeeded: value.bitPattern >> shift))
            }
        }
        return "\"" + data.base64EncodedString() + "\""
    }
}
