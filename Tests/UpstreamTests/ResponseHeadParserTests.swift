import Testing

@testable import Upstream

@Suite("ResponseHeadParser")
struct ResponseHeadParserTests {
    /// The head after these lines.
    private func head(_ lines: String...) throws -> UpstreamHead? {
        var parser = ResponseHeadParser()
        var head: UpstreamHead?
        for line in lines {
            let bytes = Array("\(line)\r\n".utf8)
            if let found = try parser.take(bytes.span) { head = found }
        }
        return head
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK", 200, UpstreamHead.Version.http1_1), ("HTTP/1.1 404", 404, .http1_1),
        ("HTTP/1.0 500 No", 500, .http1_0), ("HTTP/2 201 ", 201, .http2),
        ("HTTP/2 204", 204, .http2),
    ])
    func `status lines of each version`(
        line: String,
        status: Int,
        version: UpstreamHead.Version
    )
        throws
    {
        let head = try #require(try head(line, ""))
        #expect(head.status == status && head.httpVersion == version && head.headers.isEmpty)
    }

    @Test(arguments: ["HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 2x0 OK", "HTTP/1.1 20", "HTTP/1.1 099 A"])
    func `a status line without a code is refused`(line: String) {
        #expect(throws: ResponseHeadParser.Failure.malformedStatus) { try head(line, "") }
    }

    @Test
    func `values lose white space around them and keep what is inside`() throws {
        let head = try #require(
            try head("HTTP/1.1 200 OK", "A:b", "B: \t c : d \t", "Empty:", "nonsense", "")
        )
        #expect(head.headers["a"] == "b")
        #expect(head.headers["b"] == "c : d")
        #expect(head.headers["empty"] == "")
        #expect(head.headers.count == 3)
    }

    @Test
    func `interim heads and trailers leave no trace`() throws {
        let head = try #require(
            try head(
                "HTTP/1.1 100 Continue",
                "X: 1",
                "",
                "HTTP/1.1 200 OK",
                "Y: 2",
                "",
                "Trailer: 3",
                ""
            )
        )
        #expect(head.headers.map(\.name) == ["Y"])
    }
}
