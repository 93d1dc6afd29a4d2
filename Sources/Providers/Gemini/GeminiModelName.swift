/// The names of Gemini's models, which are resources: `models/gemini-x`, `tunedModels/mine`.
enum GeminiModelName {
    private static let collections = ["models/", "tunedModels/"]

    /// The path of a model's resource: a name without a collection is one of `models/`.
    static func path(of model: String) -> String {
        for collection in collections where model.hasPrefix(collection) {
            return collection + String(model.dropFirst(collection.count)).percentEncoded
        }
        return "models/" + model.percentEncoded
    }

    /// The name that a request is made with: without `models/`.
    static func name(of resource: String) -> String {
        resource.hasPrefix("models/") ? String(resource.dropFirst("models/".count)) : resource
    }
}
