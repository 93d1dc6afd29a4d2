import Events
import Foundation

extension ProviderType {
    /// The fields of OpenAI's own chats that the provider's own service takes beside those that all of
    /// the family do; services that aren't listed refuse fields that they don't know (Groq), or have no
    /// use for them.
    ///
    /// Sources/Catalog/Data/chatfields.json has them, each with its source and date.
    public var chatFields: [String] {
        guard case .success(let file) = ChatFields.shipped else { return [] }
        return file.providers.first { $0.provider == name }?.fields ?? []
    }

    /// Those that are tried at a server at an address of its own, most of which pass on or leave alone
    /// what they don't know; one that refuses them is asked without.
    public static var chatFieldsElsewhere: [String] {
        guard case .success(let file) = ChatFields.shipped else { return [] }
        return file.elsewhere
    }
}

/// Who takes which fields of OpenAI's own chats.
struct ChatFields: Decodable, Sendable {
    let providers: [Entry]
    let elsewhere: [String]

    /// A provider's own service.
    struct Entry: Decodable, Sendable {
        let provider: String
        let fields: [String]
        let source: String
        let asOf: String
    }

    /// Those that this version ships.
    static let shipped: Result<ChatFields, CatalogError> = Result { () throws(CatalogError) in
        do {
            let data = Data(PackageResources.chatfields_json)
            return try JSONDecoder().decode(ChatFields.self, from: data)
        } catch {
            throw .unreadable(reason: "\(error)")
        }
    }
}
