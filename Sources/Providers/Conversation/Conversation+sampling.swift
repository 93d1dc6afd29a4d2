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
        if let temperature, temperature.value.double != 1 {
            sampling.boundPaths.append(temperature.path)
        }
        if let topK { sampling.boundPaths.append(topK.path) }
        if temperature != nil, let topP { note(.topPBesideTemperature, at: topP.path) }
        if let topK { note(.topK, at: topK.path) }
        if let seed { note(.seed, at: seed.path) }
        for case let penalty? in [penalties.frequency, penalties.presence]
        where penalty.value.double != 0 {
            note(.penalties, at: penalty.path)
        }
    }

    /// Takes the strings that end the answer: one, or a list.
    ///
    /// An empty one ends none.
    mutating func readStop(_ stop: Field?) throws(RequestError) {
        guard let stop else { return }
        let given = stop.value.kind == .string ? [stop] : try stop.elements()
        for field in given {
            let text = try field.string()
            if text.isEmptyString { continue }
            if text.isBlankString { note(.blankStop, at: field.path) }
            if self.stop.count >= 4 { note(.stop(place: self.stop.count), at: field.path) }
            self.stop.append(text)
        }
    }
}
