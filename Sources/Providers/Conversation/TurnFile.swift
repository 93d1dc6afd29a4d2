import Events
import JSONBytes

extension Turn.File {
    /// What a request that holds it says; `nil` for plain text, which every family takes.
    var feature: Feature? {
        switch source {
        case .text: nil
        case .url: .documentURL
        case .data(let mediaType, _):
            switch MediaKind(mediaType) {
            case .text: nil
            case .pdf: .document
            case .audio: .audio
            case .other: .otherFile
            }
        }
    }

    /// What it is called in a note.
    var kindName: String {
        switch source {
        case .text: "document"
        case .url(let url): "document at \(url.string ?? "")"
        case .data(let mediaType, _): "file of type \(mediaType)"
        }
    }

    /// The text of a plain text, its name before it, for families without documents of that kind;
    /// `nil` for other files, and for texts that the family takes as documents.
    func plainText(for family: WireFamily) -> JSONSlice? {
        switch source {
        case .url: return nil
        case .text(let text): return family == .anthropic ? nil : named(text)
        case .data(let mediaType, let base64):
            guard MediaKind(mediaType) == .text, let bytes = Base64.decoded(base64) else {
                return nil
            }
            return named(.string(of: Array(String(decoding: bytes, as: UTF8.self).utf8)))
        }
    }

    private func named(_ text: JSONSlice) -> JSONSlice {
        guard let name, !name.isBlankString else { return text }
        var writer = JSONWriter(capacity: text.range.count + name.range.count)
        writer.write(joined: [name, text], separator: "\n\n")
        return JSONSlice(written: writer)
    }
}

/// What a media type means for the families: which of them takes it, and in what form.
enum MediaKind {
    case text
    case pdf
    case audio
    case other

    init(_ mediaType: String) {
        let type = mediaType.lowercased()
        if type == "application/pdf" {
            self = .pdf
        } else if type.hasPrefix("text/") || Self.textual.contains(type) {
            self = .text
        } else {
            self = type.hasPrefix("audio/") ? .audio : .other
        }
    }

    /// Types of plain text that don't say so.
    private static let textual: Set<String> = [
        "application/json", "application/xml", "application/yaml", "application/x-yaml",
        "application/javascript", "application/x-ndjson", "application/toml", "application/sql",
    ]
}

/// Base64 (RFC 4648, section 4).
enum Base64 {
    /// The bytes; `nil` for what is no base64.
    static func decoded(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in text where byte != UInt8(ascii: "=") {
            guard let value = value(of: byte) else { return nil }
            bits = bits << 6 | value
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
        }
        return bytes
    }

    private static func value(of byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
