import HTTPTypes
import Hummingbird
import ServiceLifecycle

/// An answer as server-sent events, at the model's speed.
struct SimulatedStream {
    let completion: CompletionJSON
    let course: SimulatedCourse
    let includesUsage: Bool

    /// Thrown to cut the connection: the body ends without its last chunk.
    private struct Cut: Error {}

    /// The response, which writes as its reader reads.
    var response: Response {
        Response(
            status: .ok,
            headers: [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-cache"],
            body: ResponseBody { writer in
                try await write(to: &writer)
                try await writer.finish(nil)
            }
        )
    }

    /// Writes what is due by now in one piece, then sleeps until the next token is due; so the
    /// speed holds on the average however coarse the timer is.
    @concurrent
    private func write(to writer: inout any ResponseBodyWriter) async throws {
        let (first, pieces, last) = completion.chunks(includingUsage: includesUsage)
        let clock = ContinuousClock()
        let start = clock.now
        let perPiece =
            course.delay(ofTokens: completion.answer.completionTokens)
            / max(1, pieces.count)
        let end = course.cutAfter.map { Int($0 * Double(pieces.count)) } ?? pieces.count
        var due = first
        for (place, piece) in pieces[..<end].enumerated() {
            let time = start + perPiece * (place + 1)
            if time > clock.now {
                try await flush(&due, to: &writer)
                try await cancelWhenGracefulShutdown {
                    try await Task.sleep(until: time, clock: clock)
                }
            }
            due += piece
        }
        if course.cutAfter != nil {
            try await flush(&due, to: &writer)
            throw Cut()
        }
        due += last
        try await flush(&due, to: &writer)
    }

    @concurrent
    private func flush(
        _ text: inout String,
        to writer: inout any ResponseBodyWriter
    ) async throws {
        guard !text.isEmpty else { return }
        try await writer.write(ByteBuffer(string: text))
        text = ""
    }
}
