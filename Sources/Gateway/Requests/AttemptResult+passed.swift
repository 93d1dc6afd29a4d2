import Events
import Providers

extension AttemptResult {
    /// Settles what an attempt at a request that passes came to.
    ///
    /// Nobody here counts pictures or seconds of sound, so what they cost is unknown; files ask no
    /// model, and their keeping costs nothing.
    mutating func count(for client: ClientRequest) {
        guard let passage = client.passage else { return }
        isUncertain =
            passage.creates && failure != nil && (mayCost || failure?.kind == .serverError)
        if client.api == .files {
            mayCost = false
        } else {
            isUnreadable = true
        }
    }

    /// Takes a refusal of a request that names a file as one of the file: that it isn't there, or is
    /// not ready, says nothing of the provider or of a model.
    mutating func blameFile(for status: Int) {
        guard (400..<500).contains(status), ![401, 402, 403, 408, 429].contains(status) else {
            return
        }
        failure = failure.map { ProviderFailure(.invalidRequest, $0.message, status: status) }
    }
}

extension String {
    /// Whether a media type is that of one JSON document.
    var isJSONType: Bool {
        let type = prefix { $0 != ";" && $0 != " " }.lowercased()
        return type == "application/json" || type.hasSuffix("+json")
    }
}
