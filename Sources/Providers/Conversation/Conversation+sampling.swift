import JSONBytes

extension Conversation {
    /// Takes the parameters that OpenAI and Ollama have under the same names, and notes those that
    /// not every family has.
    mutating func readSampling(
        temperature: Field?,
        topP: Field?,
        topK: Field?,
        seed: Field?,
        penalties: (frequency: Field?, presence: Field?)
    ) throws(RequestError) {
        sampling.temperature = try temperature?.number()
        sampling.topP = try topP?.number()
        sampling.topK = try topK?.number()
        sampling.seed = try seed?.number()
        sampling.frequencyPenalty = try penalties.frequency?.number()
        sampling.presencePenalty = try penalties.presence?.number()
        if let temperature, let value = temperature.value.double, value > 1 {
            note(.hotTemperature, at: temperature.path)
        }
        if let topK { note(.topK, at: topK.path) }
        if let seed { note(.seed, at: seed.path) }
        for case let penalty? in [penalties.frequency, penalties.presence]
        where penalty.value.double != 0 {
            note(.penalties, at: penalty.path)
        }
    }

    /// Takes the strings that end the answer: one, or a list.
    mutating func readStop(_ stop: Field?) throws(RequestError) {
        guard let stop else { return }
        if stop.value.kind == .string {
            self.stop = [stop.value]
        } else {
            for element in try stop.elements() { self.stop.append(try element.string()) }
        }
    }
}
