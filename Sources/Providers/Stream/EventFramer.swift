import Events
import JSONBytes

/// Cuts a stream of bytes into events, wherever the transport cut it: SSE events end at a blank
/// line, NDJSON ones at each line.
///
/// Source: WHATWG HTML, "Server-sent events", "Interpreting an event stream"; lines end in LF or
/// CRLF (a bare CR, which that allows too, no known provider sends).
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

    init(isNDJSON: Bool) {
        self.isNDJSON = isNDJSON
    }

    /// Adds bytes; frames taken before are not valid any more.
    mutating func append(_ bytes: [UInt8]) {
        if taken == buffer.count {
            buffer.removeAll(keepingCapacity: true)
        } else if taken > 0 {
            buffer.removeSubrange(0..<taken)
        }
        lineStart -= taken
        searched -= taken
        data = data.map { $0.lowerBound - taken..<$0.upperBound - taken }
        moreData = moreData.map { $0.lowerBound - taken..<$0.upperBound - taken }
        taken = 0
        buffer.append(contentsOf: bytes)
    }

    /// The next whole event; `nil` if there is none yet.
    ///
    /// - Throws: `ProviderFailure` when an event exceeds `AnswerStream.eventLimit`.
    mutating func next() throws(ProviderFailure) -> Frame? {
        while let newline = buffer.firstIndex(of: UInt8(ascii: "\n"), from: searched) {
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
        }
        searched = buffer.count
        try checkLimit(end: searched)
        return nil
    }

    /// What is left at the end of the stream as an event, although nothing ends it.
    mutating func last() -> Frame? {
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

    private func checkLimit(end: Int) throws(ProviderFailure) {
        guard end - taken > AnswerStream.eventLimit else { return }
        throw ProviderFailure(
            .invalidResponse,
            "an event of the stream is longer than \(AnswerStream.eventLimit) bytes"
        )
    }
}
