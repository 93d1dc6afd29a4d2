import EventLog
import Events
import JSONBytes

/// The kept texts of a request and its answer, for people and for scripts.
struct BodyTexts {
    private let bodies: [CapturedBody]

    init(_ bodies: [CapturedBody]) {
        self.bodies = bodies
    }

    /// Writes them behind the request's page, or as one JSON object a line.
    func show(asJSON json: Bool) {
        if bodies.isEmpty {
            Output.errorText("no text of this request is kept; `log.capture: bodies` keeps texts")
        }
        for body in bodies {
            let text = String(decoding: body.bytes, as: UTF8.self)
            if json {
                Output.line(
                    JSONWriter.text { object in
                        object.member("attempt", body.attempt)
                        object.member("bytes", body.bytes.count)
                        object.member("is_whole", body.isWhole)
                        object.member("kind", body.kind.name)
                        object.member("text", text)
                    }
                )
            } else {
                Output.page("\n" + heading(body) + "\n")
                Output.write(Self.printable(text) + (text.hasSuffix("\n") ? "" : "\n"))
            }
        }
    }

    private func heading(_ body: CapturedBody) -> String {
        let kind = body.kind == .request ? "request" : "answer of attempt \(body.attempt)"
        let part = body.isWhole ? "" : ", not all of it"
        return "Text of the \(kind) (\(body.bytes.count) bytes\(part))"
    }

    /// Without the control characters by which a text could take over a terminal.
    private static func printable(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where scalar != "\r" {
            let isControl = scalar.properties.generalCategory == .control
            scalars.append(isControl && scalar != "\n" && scalar != "\t" ? "\u{FFFD}" : scalar)
        }
        return String(scalars)
    }
}
