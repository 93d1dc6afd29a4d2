import Events
import Foundation

extension ProviderType {
    /// The models that the provider's own service answers at `/responses`: names, and beginnings of
    /// names that end in `*`.
    ///
    /// Sources/Catalog/Data/responses.json has them, each with its source and date.
    public var responseModels: [String] { service?.models ?? [] }

    /// The models of the service that other servers of the type mostly pass on to it, API and all:
    /// those that it has at `/responses` alone, or serves better there.
    public var responseModelsElsewhere: [String] { service?.elsewhere ?? [] }

    private var service: ResponseService? {
        guard case .success(let services) = ResponseService.shipped else { return nil }
        return services.first { $0.provider == name }
    }
}

/// A provider with OpenAI's responses.
struct ResponseService: Decodable, Sendable {
    let provider: String
    let models: [String]
    let elsewhere: [String]?
    let source: String
    let asOf: String

    /// Those that this version ships.
    static let shipped: Result<[ResponseService], CatalogError> = Result {
        () throws(CatalogError) in
        do {
            let data = Data(PackageResources.responses_json)
            return try JSONDecoder().decode(File.self, from: data).providers
        } catch {
            throw .unreadable(reason: "\(error)")
        }
    }

    private struct File: Decodable {
        let providers: [ResponseService]
    }
}
