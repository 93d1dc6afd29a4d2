import JSONBytes

extension GeminiRequestReader {
    private static let dataKeys: GeminiKeys = ["mimeType", "data", "fileUri", "displayName"]
    /// Where Google keeps the files that were uploaded to it, which nobody else can read.
    private static let ownFiles = ["https://generativelanguage.googleapis.com/", "gs://", "files/"]

    /// The media type of `inlineData` or `fileData`, in lower case; empty where there is none.
    static func mediaType(of data: Field) throws(RequestError) -> String {
        try dataKeys.scan(data)[0]?.value.string?.lowercased() ?? ""
    }

    /// Reads `inlineData`, base64 with its type, or `fileData`, an address.
    mutating func readData(_ data: Field, isResult: Bool) throws(RequestError) -> Turn.Part {
        let found = try Self.dataKeys.scan(data)
        let type = found[0]?.value.string?.lowercased() ?? ""
        if isResult, type.hasPrefix("image/") {
            conversation.note(.imageInToolResult, at: data.path)
        }
        if let address = try found[2]?.string() {
            return readAddress(address, type: type, at: data.path, isResult: isResult)
        }
        guard let base64 = found[1]?.value.text else {
            throw data.mistyped("an object with mimeType and data")
        }
        if type.hasPrefix("image/") { return .image(.data(mediaType: type, base64: base64)) }
        let file = Turn.File(
            source: .data(mediaType: type, base64: base64),
            name: found[3]?.value.nonEmptyString
        )
        conversation.note(file, isResult: isResult, at: data.path)
        return .file(file)
    }

    private mutating func readAddress(
        _ address: JSONSlice,
        type: String,
        at path: String,
        isResult: Bool
    ) -> Turn.Part {
        let text = address.string ?? ""
        if Self.ownFiles.contains(where: text.hasPrefix) {
            conversation.note(isResult ? .foreign : .fileReference, at: path)
            return .note("[file of type \(type)]")
        }
        if type.hasPrefix("image/") {
            if !isResult { conversation.note(.imageURL, at: path) }
            return .image(.url(address))
        }
        let file = Turn.File(source: .url(address))
        // A film or a recording has an address like a document, but no other family looks at it.
        if type.hasPrefix("video/") || type.hasPrefix("audio/") || type.isEmpty {
            conversation.note(isResult ? .foreign : .fileReference, at: path)
        } else {
            conversation.note(file, isResult: isResult, at: path)
        }
        return .file(file)
    }
}
