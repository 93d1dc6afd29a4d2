import JSONBytes

extension OpenAIRequestReader {
    /// A document: base64 with its media type before it, or the id of one that the provider keeps.
    ///
    /// Source: OpenAI's API reference, "Create chat completion", `file`, November 2026.
    mutating func readFile(
        _ part: Field,
        _ file: JSONSlice?,
        isResult: Bool
    ) throws(RequestError) -> Turn.Part? {
        guard let file else { throw part.mistyped("an object with a file") }
        let path = part.path + ".file"
        let found = try Field(value: file, path: path).scan(["file_data", "filename", "file_id"])
        guard let given = found[0] else {
            conversation.note(.fileReference, at: path)
            return .note("[file \(found[2]?.string ?? "")]")
        }
        let text = try Field(value: given, path: path + ".file_data").string().text ?? []
        let source: Turn.File.Source
        if let data = DataURL(text) {
            source = .data(mediaType: data.mediaType, base64: data.base64)
        } else if text.starts(with: "http://".utf8) || text.starts(with: "https://".utf8) {
            source = .url(given)
        } else {
            // Without a media type; a document is a PDF where its name doesn't say otherwise.
            source = .data(mediaType: MediaKind.type(ofFile: found[1]?.string), base64: text)
        }
        let document = Turn.File(source: source, name: found[1])
        conversation.note(document, isResult: isResult, at: path)
        return .file(document)
    }

    /// A recording, whose format is the last part of its media type.
    mutating func readAudio(
        _ part: Field,
        _ audio: JSONSlice?
    ) throws(RequestError) -> Turn.Part? {
        guard let audio else { throw part.mistyped("an object with an input_audio") }
        let path = part.path + ".input_audio"
        let found = try Field(value: audio, path: path).scan(["data", "format"])
        guard let data = found[0] else {
            throw RequestError("\(path).data is missing", field: path)
        }
        let base64 = try Field(value: data, path: path + ".data").string().text ?? []
        conversation.note(.audio, at: part.path)
        let type = "audio/\(found[1]?.string ?? "wav")"
        return .file(Turn.File(source: .data(mediaType: type, base64: base64)))
    }

    /// A picture or a document as Anthropic's messages have it, which some clients send to a chat too.
    mutating func readAnthropicPart(
        _ part: Field,
        _ source: JSONSlice?,
        isResult: Bool
    ) throws(RequestError) -> Turn.Part? {
        let path = part.path + ".source"
        let isImage = part.value.members.contains {
            $0.name.isString("type") && $0.value.isString("image")
        }
        let found = try source.map { Field(value: $0, path: path) }?
            .scan(["media_type", "data", "url"])
        let given: Turn.File.Source
        if let url = found?[2] {
            given = .url(try Field(value: url, path: path + ".url").string())
            if isImage, !isResult { conversation.note(.imageURL, at: path + ".url") }
        } else if let data = found?[1] {
            let text = try Field(value: data, path: path + ".data").string()
            let type = found?[0]?.string ?? (isImage ? "image/png" : "application/pdf")
            given =
                type.hasPrefix("text/")
                ? .text(text) : .data(mediaType: type, base64: text.text ?? [])
        } else {
            conversation.note(.fileReference, at: path)
            return .note("[\(isImage ? "image" : "document")]")
        }
        if isImage {
            if isResult { conversation.note(.imageInToolResult, at: part.path) }
            switch given {
            case .url(let url): return .image(.url(url))
            case .data(let type, let base64):
                return .image(.data(mediaType: type, base64: base64))
            case .text: throw part.mistyped("an image")
            }
        }
        let file = Turn.File(source: given)
        conversation.note(file, isResult: isResult, at: part.path)
        return .file(file)
    }
}

extension Conversation {
    /// Notes what a document needs; in a tool's result it is said, or noted, in every family.
    mutating func note(_ file: Turn.File, isResult: Bool, at path: String) {
        if let feature = file.feature, !isResult { note(feature, at: path) }
    }

    /// The arguments of a call as an object.
    ///
    /// Servers and clients write them as JSON in a string, or as the object itself; nothing is `{}`. What
    /// is no object, as a model may write it, is kept as the text that it is, in one that is.
    mutating func arguments(_ given: JSONSlice?, at path: String) -> JSONSlice {
        guard let given, !given.isNull else { return .emptyObject }
        if given.kind == .object { return given }
        let text = given.text ?? given.raw
        if text.allSatisfy({ $0 <= 0x20 }) { return .emptyObject }
        do {
            let object = try JSONSlice(validating: Array(text))
            if object.kind == .object { return object }
        } catch {
            // Said below as what it is.
        }
        note(.hint, at: path)
        var writer = JSONWriter(capacity: text.count + 16)
        writer.object { object in
            object.name(Self.rawArguments)
            object.write(text: text)
        }
        return JSONSlice(written: writer)
    }

    /// The member that holds arguments which are no object.
    static let rawArguments = "_raw"
}

extension MediaKind {
    /// The media type that a file's name tells.
    static func type(ofFile name: String?) -> String {
        let ending = name?.split(separator: ".").last.map { $0.lowercased() } ?? ""
        return switch ending {
        case "txt", "log": "text/plain"
        case "md", "markdown": "text/markdown"
        case "csv": "text/csv"
        case "html", "htm": "text/html"
        case "json": "application/json"
        case "xml": "application/xml"
        default: "application/pdf"
        }
    }
}
