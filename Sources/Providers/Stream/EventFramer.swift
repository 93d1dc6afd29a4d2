import Events
import JSONBytes

/// Cuts a stream of bytes into events, wherever the transport cut it: SSE events end at a blank
/// line, NDJSON ones at each line.
///
/// Source: WHATWG HTML, "Server-sent events", "Interpreting an event stream": lines end in LF, CRLF
/// or a bare CR, and a byte order mark may come first. A stream keeps to the line end that it began
/// with; JSON holds none of them unescaped. NDJSON's lines end in LF (github.com/ndjson/ndjson-spec).
struct EventFramer {
    /// One event: where it lies in `buffer`.
    struct Frame {
        /// Everything of it, with the blank line that ends it.
        let raw: Range<Int>
        /// The value of its first `data` line, or the NDJSON line.
        let data: Range<Int>?
        /// The values of further `data` lines, which hardly any event has.
        let moreData: [Range<Int>]
    }

    let isNDJSON: Bool
    /// What came and is not taken yet, from `taken` on.
    private(set) var buffer: [UInt8] = []
    private var taken = 0
    private var lineStart = 0
    private var searched = 0
    private var data: Range<Int>?
    private var moreData: [Range<Int>] = []
    /// The byte that ends lines: a line feed, or a carriage return alone; `nil` before the first.
    private var lineEnd: UInt8?
    /// The bytes at the beginning that are the mark or white space, as far as they were looked at.
    private var blankCount = 0
    /// Whether the bytes at the beginning were looked at.
    private var hasBegun = false

    /// The most bytes of one event.
    let limit: Int

    /// The bytes of what is not taken yet.
    var unfinishedByteCount: Int { buffer.count - taken }

    init(isNDJSON: Bool, limit: Int = AnswerStream.eventLimit) {
        self.isNDJSON = isNDJSON
        self.limit = limit
        // A carriage return alone is white space between JSON values. An event that is passed on with one
        // behind it would not be a line for the client, and what follows would stand in it too.
        if isNDJSON { lineEnd = UInt8(ascii: "\n") }
    }

    /// Adds bytes; frames taken before are not valid any more.
    mutating func append(_ bytes: [UInt8]) {
        let isEmpty = taken == buffer.count
        if isEmpty {
            // Most pieces are whole events: what came is looked at where it lies.
            buffer = bytes
        } else if taken > 0 {
            buffer.removeSubrange(0..<taken)
        }
        // An event of many lines may come in as many pieces: what is noted of it moves once.
        if taken > 0 {
            lineStart -= taken
            searched -= taken
            data = data.map { $0.lowerBound - taken..<$0.upperBound - taken }
            moreData = moreData.map { $0.lowerBound - taken..<$0.upperBound - taken }
            taken = 0
        }
        if !isEmpty { buffer.append(contentsOf: bytes) }
    }

    /// The next whole event; `nil` if there is none yet.
    ///
    /// - Throws: `ProviderFailure` when an event exceeds the limit.
    mutating func next() throws(ProviderFailure) -> Frame? {
        if !hasBegun { begin() }
        while let newline = endOfLine() {
            let line = contentOfLine(endingAt: newline)
            lineStart = newline + 1
            searched = lineStart
            try checkLimit(end: searched)
            if isNDJSON {
                let raw = taken..<lineStart
                taken = lineStart
                return Frame(raw: raw, data: line.isEmpty ? nil : line, moreData: [])
            }
            if line.isEmpty { return take() }
            note(line)
            try checkSilence(end: searched)
        }
        // A carriage return that came last is looked at again: it may end a line by itself.
        let isOpen = lineEnd == nil && buffer.last == UInt8(ascii: "\r")
        searched = max(searched, isOpen ? buffer.count - 1 : buffer.count)
        try checkLimit(end: searched)
        try checkSilence(end: searched)
        return nil
    }

    /// Skips the byte order mark, which is no part of the first line.
    private mutating func begin() {
        guard !buffer.isEmpty, buffer.count >= 3 || buffer[0] != Self.mark[0] else { return }
        hasBegun = true
        if buffer.starts(with: Self.mark) {
            lineStart = Self.mark.count
            searched = lineStart
        }
    }

    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Where the next line ends: the place of its line end's last byte.
    private mutating func endOfLine() -> Int? {
        if let lineEnd { return buffer.firstIndex(of: lineEnd, from: searched) }
        let feed = buffer.firstIndex(of: UInt8(ascii: "\n"), from: searched)
        guard let bare = buffer.firstIndex(of: UInt8(ascii: "\r"), from: searched),
            bare + 1 < feed ?? buffer.count
        else {
            // A carriage return that came last may have its line feed yet to come.
            if feed != nil { lineEnd = UInt8(ascii: "\n") }
            return feed
        }
        lineEnd = UInt8(ascii: "\r")
        return bare
    }

    /// The first byte that is not white space, where no event was taken yet; `nil` while there is none.
    mutating func findFirstByte() -> UInt8? {
        guard buffer.count >= Self.mark.count || buffer.first != Self.mark[0] else { return nil }
        if blankCount == 0, buffer.starts(with: Self.mark) { blankCount = Self.mark.count }
        // What was looked at is not looked at again with each byte that comes.
        while blankCount < buffer.count, buffer[blankCount] <= 0x20 { blankCount += 1 }
        return blankCount < buffer.count ? buffer[blankCount] : nil
    }

    /// Everything that has come, where no event was taken yet.
    var whole: [UInt8] {
        buffer.starts(with: Self.mark) ? Array(buffer.dropFirst(Self.mark.count)) : buffer
    }

    /// The values of all `data` lines of an event, with a line feed between them as SSE says.
    func joinedData(of frame: Frame) -> [UInt8] {
        let ranges = [frame.data].compactMap(\.self) + frame.moreData
        return Array(ranges.map { buffer[$0] }.joined(separator: [0x0A]))
    }

    /// What is left at the end of the stream as an event, although nothing ends it.
    mutating func last() -> Frame? {
        if !hasBegun { begin() }
        guard taken < buffer.count else { return nil }
        let line = contentOfLine(endingAt: buffer.count)
        lineStart = buffer.count
        searched = lineStart
        if !line.isEmpty {
            if isNDJSON { data = line } else { note(line) }
        }
        return take()
    }

    private mutating func take() -> Frame {
        let frame = Frame(raw: taken..<lineStart, data: data, moreData: moreData)
        taken = lineStart
        data = nil
        if !moreData.isEmpty { moreData = [] }
        return frame
    }

    private func contentOfLine(endingAt newline: Int) -> Range<Int> {
        let isCRLF = newline > lineStart && buffer[newline - 1] == UInt8(ascii: "\r")
        return lineStart..<(isCRLF ? newline - 1 : newline)
    }

    /// Notes the value of a `data` line; comments and other fields say nothing to us.
    private mutating func note(_ line: Range<Int>) {
        guard line.count >= 4, buffer[line.lowerBound] == UInt8(ascii: "d"),
            buffer[line.lowerBound + 1] == UInt8(ascii: "a"),
            buffer[line.lowerBound + 2] == UInt8(ascii: "t"),
            buffer[line.lowerBound + 3] == UInt8(ascii: "a")
        else { return }
        var start = line.lowerBound + 4
        if start < line.upperBound {
            guard buffer[start] == UInt8(ascii: ":") else { return }
            start += 1
            if start < line.upperBound, buffer[start] == UInt8(ascii: " ") { start += 1 }
        }
        if data == nil {
            data = start..<line.upperBound
        } else {
            moreData.append(start..<line.upperBound)
        }
    }

    /// Checks an event of which no data has come: a comment is no answer, however long.
    ///
    /// A page or a document in the place of events has its own end, and tells what is wrong.
    private func checkSilence(end: Int) throws(ProviderFailure) {
        guard !isNDJSON else { return }
        guard moreData.count < AnswerStream.dataLineLimit else {
            throw ProviderFailure(
                .invalidResponse,
                "an event of the stream has more than \(AnswerStream.dataLineLimit) lines of data"
            )
        }
        guard data == nil, end - taken > AnswerStream.silenceLimit,
            !Self.beginsData.contains(buffer[taken]),
            lineStart >= end || !Self.beginsData.contains(buffer[lineStart])
        else { return }
        throw ProviderFailure(
            .invalidResponse,
            "the stream has more than \(AnswerStream.silenceLimit) bytes of comments without an event"
        )
    }

    /// How a line of data begins, or a document.
    private static let beginsData: [UInt8] = [UInt8(ascii: "d")] + Array("{[<".utf8)

    /// Checks what has come of an event against the limit.
    func checkLimit() throws(ProviderFailure) { try checkLimit(end: buffer.count) }

    private func checkLimit(end: Int) throws(ProviderFailure) {
        guard end - taken > limit else { return }
        throw ProviderFailure(
            .invalidResponse,
            "an event of the stream is longer than \(limit) bytes"
        )
    }
}
