import JSONBytes

extension ResponsesRequestReader {
    private static let partKeys: JSONKeys = [
        "type", "text", "image_url", "detail", "refusal", "file_data", "file_url", "filename",
        "file_id", "input_audio",
    ]

    /// A text, or a list of parts; what a tool gave as another value is said as it is written.
    mutating func readContent(
        _ content: Field,
        isResult: Bool
    ) throws(RequestError) -> [Turn.Part] {
        switch content.value.kind {
        case .string: return [.text(content.value)]
        case .array: break
        default:
            guard isResult else { throw content.mistyped("a string or an array of parts") }
            let found = try content.value.kind == .object ? content.scan(Self.partKeys) : []
            if found.first??.isString("computer_screenshot") == true {
                return [try readImage(content, found, isResult: true)].compactMap(\.self)
            }
            return [.text(.string(of: content.value.raw))]
        }
        var parts: [Turn.Part] = []
        for part in try content.elements() {
            guard part.value.kind == .object else {
                let text = part.value.kind == .string ? part.value : .string(of: part.value.raw)
                parts.append(.text(text))
                continue
            }
            if let part = try readPart(part, isResult: isResult) { parts.append(part) }
        }
        return parts
    }

    private mutating func readPart(
        _ part: Field,
        isResult: Bool
    ) throws(RequestError) -> Turn.Part? {
        let found = try part.scan(Self.partKeys)
        let type = found[0]?.string
        switch type {
        case "input_text", "output_text", "text", "summary_text":
            let path = part.path + ".text"
            guard let text = found[1] else {
                throw RequestError("\(path) is missing", field: path)
            }
            FieldTranslation.responsesPart.check(part.value, path: part.path, in: &conversation)
            return .text(try Field(value: text, path: path).string())
        case "refusal": return found[4].flatMap { $0.kind == .string ? .text($0) : nil }
        case "input_image", "image_url", "computer_screenshot":
            return try readImage(part, found, isResult: isResult)
        case "input_file": return readFile(part, found, isResult: isResult)
        case "input_audio": return try readAudio(part, found[9])
        default:
            // Kinds of parts that nobody knows say at least what text is in them.
            conversation.note(.foreign, at: part.path)
            if let text = found[1], text.kind == .string { return .text(text) }
            // What a shell gave has no type: its streams and how it ended.
            if isResult, type == nil { return .text(.string(of: part.value.raw)) }
            return .note("[\(type ?? "part") left out]")
        }
    }

    private mutating func readImage(
        _ part: Field,
        _ found: [JSONSlice?],
        isResult: Bool
    ) throws(RequestError) -> Turn.Part? {
        let path = part.path + ".image_url"
        if let detail = found[3], !detail.isString("auto") {
            conversation.note(.hint, at: part.path + ".detail")
        }
        // A file's id is known to OpenAI alone.
        guard var url = found[2] else {
            conversation.note(.fileReference, at: part.path)
            return .note("[image]")
        }
        // The form of chats.
        if url.kind == .object { url = try Field(value: url, path: path).scan(["url"])[0] ?? url }
        let text = try Field(value: url, path: path).string().text ?? []
        if let data = DataURL(text) {
            return .image(.data(mediaType: data.mediaType, base64: data.base64))
        }
        guard text.starts(with: "http://".utf8) || text.starts(with: "https://".utf8) else {
            conversation.note(.fileReference, at: path)
            return .note("[image]")
        }
        if !isResult { conversation.note(.imageURL, at: path) }
        return .image(.url(url))
    }

    /// A document: base64 with or without its media type before it, an address, or the id of one that OpenAI
    /// keeps.
    private mutating func readFile(
        _ part: Field,
        _ found: [JSONSlice?],
        isResult: Bool
    ) -> Turn.Part? {
        let name = found[7]
        let source: Turn.File.Source
        if let text = found[5]?.text {
            if let data = DataURL(text) {
                source = .data(mediaType: data.mediaType, base64: data.base64)
            } else {
                source = .data(mediaType: MediaKind.type(ofFile: name?.string), base64: text)
            }
        } else if let url = found[6], url.kind == .string {
            source = .url(url)
        } else {
            conversation.note(.fileReference, at: part.path)
            return .note("[file \(name?.string ?? found[8]?.string ?? "")]")
        }
        let file = Turn.File(source: source, name: name)
        conversation.note(file, isResult: isResult, at: part.path)
        return .file(file)
    }

    /// A recording, whose format is the last part of its media type.
    private mutating func readAudio(
        _ part: Field,
        _ audio: JSONSlice?
    ) throws(RequestError) -> Turn.Part? {
        let path = part.path + ".input_audio"
        guard let audio, audio.kind == .object else {
            throw RequestError("\(path) is missing", field: path)
        }
        let found = try Field(value: audio, path: path).scan(["data", "format"])
        guard let data = found[0]?.text else {
            throw RequestError("\(path).data is missing", field: path + ".data")
        }
        conversation.note(.audio, at: part.path)
        let type = "audio/\(found[1]?.string ?? "wav")"
        return .file(Turn.File(source: .data(mediaType: type, base64: data)))
    }
}
