import Crypto
import Events

extension ListedModel {
    /// The size that a model is said to have of which no server tells one: a gibibyte.
    ///
    /// Clients show it, and take 0 for a model that is not there.
    static let standInBytes = 1 << 30

    /// What is listed for Ollama's clients under a name: what its server tells, and in place of a digest
    /// the hash of the name.
    ///
    /// Clients tell models by their digests: two with the same are one by two names.
    init(named name: String, told: ListedModel?) {
        self = told ?? ListedModel()
        self.name = name
        if digest == nil {
            digest = SHA256.hash(data: Array(name.utf8)).map { byte in
                (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }.joined()
        }
        if sizeBytes == nil { sizeBytes = Self.standInBytes }
    }
}
