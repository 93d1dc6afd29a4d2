/// Collects header lines into the head of the final response.
///
/// libcurl has checked and joined the lines; interim responses and trailers pass through here too.
struct ResponseHeadParser {
    /// The most bytes of all header lines, interim responses included: far above what providers
    /// send (2 KiB), far below what hurts.
    static let byteLimit = 64 * 1024
    /// The most headers, for the same reason.
    static let countLimit = 256

    enum Failure: Error, Equatable {
        case tooManyBytes
        case tooManyHeaders
        case malformedStatus
    }

    private var bytesSeen = 0
    private var isComplete = false
    private var status = 0
    private var version = UpstreamHead.Version.http1_1
    private var headers = UpstreamHeaders()

    /// Takes one line, with its line end.
    ///
    /// - Returns: The head, when the line is the empty one after a final response's headers.
    mutating func take(_ line: Span<UInt8>) throws(Failure) -> UpstreamHead? {
        if isComplete { return nil }  // Trailers: no one has use for them.
        bytesSeen += line.count
        guard bytesSeen <= Self.byteLimit else { throw .tooManyBytes }
        var end = line.count
        while end > 0
            && (line[end - 1] == UInt8(ascii: "\n") || line[end - 1] == UInt8(ascii: "\r"))
        {
            end -= 1
        }
        if end == 0 { return finish() }
        if status == 0 {
            try takeStatus(line, end: end)
        } else {
            try takeField(line, end: end)
        }
        return nil
    }

    private mutating func finish() -> UpstreamHead? {
        // RFC 9110 §15.2: 1xx is interim. 101 can't come: no upgrade was asked for.
        guard status >= 200 else {
            status = 0
            headers = UpstreamHeaders()
            return nil
        }
        isComplete = true
        return UpstreamHead(status: status, httpVersion: version, headers: headers)
    }

    /// `HTTP/1.1 200 OK`, where version and code have fixed widths but for `HTTP/2 200`.
    private mutating func takeStatus(_ line: Span<UInt8>, end: Int) throws(Failure) {
        guard end >= 10 else { throw .malformedStatus }
        let isSecond = line[5] == UInt8(ascii: "2")
        version = isSecond ? .http2 : line[7] == UInt8(ascii: "0") ? .http1_0 : .http1_1
        var position = 5
        while position < end && line[position] != UInt8(ascii: " ") { position += 1 }
        position += 1
        guard position + 3 <= end else { throw .malformedStatus }
        var code = 0
        for index in position..<position + 3 {
            let digit = line[index]
            guard digit >= UInt8(ascii: "0") && digit <= UInt8(ascii: "9") else {
                throw .malformedStatus
            }
            code = code * 10 + Int(digit - UInt8(ascii: "0"))
        }
        guard code >= 100 else { throw .malformedStatus }
        status = code
    }

    private mutating func takeField(_ line: Span<UInt8>, end: Int) throws(Failure) {
        guard headers.fields.count < Self.countLimit else { throw .tooManyHeaders }
        var colon = 0
        while colon < end && line[colon] != UInt8(ascii: ":") { colon += 1 }
        if colon == end { return }  // Not a header; curl lets such lines pass, so they are skipped.
        var start = colon + 1
        var stop = end
        while start < stop && line[start].isSpaceOrTab { start += 1 }
        while stop > start && line[stop - 1].isSpaceOrTab { stop -= 1 }
        if headers.fields.isEmpty {
            headers.bytes.reserveCapacity(512)
            headers.fields.reserveCapacity(12)
        }
        let base = headers.bytes.count
        for index in 0..<colon { headers.bytes.append(line[index]) }
        for index in start..<stop { headers.bytes.append(line[index]) }
        let valueStart = UInt32(base + colon)
        headers.fields.append(
            UpstreamHeaders.Field(
                nameStart: UInt32(base),
                nameEnd: valueStart,
                valueStart: valueStart,
                valueEnd: valueStart + UInt32(stop - start)
            )
        )
    }
}

extension UInt8 {
    /// Optional white space of RFC 9110 §5.6.3.
    var isSpaceOrTab: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }
}
