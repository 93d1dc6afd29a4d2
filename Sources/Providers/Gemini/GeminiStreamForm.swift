import Events

/// How the events of a stream stand in its bytes: as server-sent events, or as the elements of one
/// JSON array, which is what Gemini's API sends without `alt=sse`.
struct GeminiStreamForm {
    /// Whether it is an array.
    let isArray: Bool
    /// Whether an element stands in the array already.
    private var hasElements = false

    init(of request: ClientRequest) { isArray = request.address?.stream == .array }

    /// Appends an event, which is one JSON value.
    mutating func append(_ event: some Sequence<UInt8>, to output: inout [UInt8]) {
        if isArray {
            output += (hasElements ? ",\r\n" : "[").utf8
            output += event
        } else {
            output += "data: ".utf8
            output += event
            output += "\r\n\r\n".utf8
        }
        hasElements = true
    }

    /// Appends the end; one without events is an empty array.
    func end(_ output: inout [UInt8]) {
        if isArray { output += (hasElements ? "]" : "[]").utf8 }
    }
}
