import JSONBytes

/// Says a picture of an answer in the text, for clients whose API has no word for one.
enum PictureNote {
    /// The part as a client of `api` can be told it.
    static func said(_ part: AnswerPart, to api: ClientAPI) -> AnswerPart {
        guard case .picture(let address) = part, api != .chatCompletions else { return part }
        let text = address.text ?? []
        guard !text.starts(with: "data:".utf8) else {
            let type = text.dropFirst(5).prefix { $0 != UInt8(ascii: ";") && $0 != 0x2C }
            let note =
                "[picture of \(text.count) bytes (\(String(decoding: type, as: UTF8.self))), "
                + "which this API has no word for]"
            return .text(.string(of: note.utf8))
        }
        return .text(.string(of: "![picture](\(String(decoding: text, as: UTF8.self)))".utf8))
    }
}
