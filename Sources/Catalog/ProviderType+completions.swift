import Events
import Foundation

extension ProviderType {
    /// The models that the provider's own service takes prompts for at `/completions`; `*` is all.
    ///
    /// Sources/Catalog/Data/completions.json has them, each with its source and date.
    public var promptModels: [String] {
        guard case .success(let services) = CompletionService.shipped else { return [] }
        return services.first { $0.provider == name }?.models ?? []
    }
}

/// A provider with OpenAI's completions of prompts.
struct CompletionService: Decodable, Sendable {
    let provider: String
    let models: [String]
    let source: String
    let asOf: String

    /// Those that this version ships.
    static let shipped: Result<[CompletionService], CatalogError> = Result {
        () throws(CatalogError) in
        do {
            let data = Data(PackageResources.completions_json)
            return try JSONDecoder().decode(File.self, from: data).providers
        } catch {
            throw .unreadable(reason: "\(error)")
        }
    }

    private struct File: Decodable {
        let providers: [CompletionService]
    }
}
