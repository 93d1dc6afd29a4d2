/// Why a catalogue file can't be used.
public enum CatalogError: Error, Equatable {
    /// The file is not JSON of the expected shape.
    case unreadable(reason: String)
    /// A file to import is no price file in LiteLLM's format.
    case notPrices
    /// The file has a key that the format does not.
    case unknownKey(String, path: String)
    /// The file is of a format that this version does not know.
    case unknownVersion(Int)
    /// A model has a field that can't be understood.
    case invalid(model: String, field: String, value: String)
    /// A provider lists one model twice.
    case duplicate(model: String)
    /// A provider has more than one default model.
    case severalDefaults(provider: ProviderType)
}

extension CatalogError: CustomStringConvertible {
    /// What is wrong, with which model, and what to do.
    public var description: String {
        switch self {
        case .unreadable(let reason):
            "the model catalogue can't be read: \(reason)"
        case .notPrices:
            "this is no price file in LiteLLM's format, which is an object of models by name"
        case .unknownKey(let key, let path):
            "the model catalogue has the unknown key `\(key)`\(path.isEmpty ? "" : " at \(path)"); "
                + "docs/configuration.md lists the keys"
        case .unknownVersion(let version):
            "the model catalogue has format \(version); this version of Logway reads format 1"
        case .invalid(let model, let field, let value):
            "model \(model) in the catalogue: \(field) can't be `\(value)`"
        case .duplicate(let model):
            "model \(model) is in the catalogue twice; remove one of the entries"
        case .severalDefaults(let provider):
            "provider \(provider.name) has several default models in the catalogue; keep one"
        }
    }
}
