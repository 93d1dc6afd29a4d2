import Events
import JSONBytes

extension AnswerStream {
    /// Looks at the first byte: some servers answer a request for a stream with one JSON document, and
    /// no line of SSE begins like that.
    mutating func begin() throws(ProviderFailure) {
        guard phase == .opening, let first = framer.findFirstByte() else { return }
        let isDocument = first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        phase = isDocument && upstream != .ollama ? .document : .streaming
    }

    /// The document is whole: it is told as the stream that it should have been.
    mutating func endDocument(into output: inout [UInt8]) throws(ProviderFailure) {
        if isPassedResponse { return try endResponse(into: &output) }
        guard request.choices == 1 || writer != nil else {
            throw ProviderFailure(
                .invalidResponse,
                "the provider answered one JSON document instead of a stream"
            )
        }
        let read = try AnswerReader.read(framer.whole, from: upstream)
        parts = read.parts
        for part in parts { tally.add(part) }
        if writer == nil { writer = request.streamWriter(as: identity) }
        try translateParts(into: &output)
        parts = []
        try end(isMarked: true, into: &output)
    }

    /// A whole response is read as the events that it should have been, with every item as it came.
    private mutating func endResponse(into output: inout [UInt8]) throws(ProviderFailure) {
        let document = framer.whole
        // An error inside of it is the better reason.
        _ = try ResponsesAnswerReader.read(document)
        let events: [UInt8]
        do {
            events = try ResponseDocument.events(of: document)
        } catch {
            throw ProviderFailure(.invalidResponse, "the answer can't be read: \(error)")
        }
        framer = EventFramer(isNDJSON: false, limit: framer.limit)
        framer.append(events)
        phase = .streaming
        while phase == .streaming, let frame = try framer.next() {
            try handle(frame, into: &output)
        }
        if phase != .ended { try end(into: &output) }
    }

    /// One event: watched, then passed, translated or held back.
    mutating func handle(
        _ frame: EventFramer.Frame,
        into output: inout [UInt8]
    ) throws(ProviderFailure) {
        guard let data = frame.data else {
            try refuseDocument(frame)
            // A comment keeps the client's connection alive too, whatever its family.
            let isComment = framer.buffer[frame.raw.lowerBound] == UInt8(ascii: ":")
            if upstream != .ollama, client != .ollama, client != .gemini,
                writer == nil || isComment
            {
                output.append(contentsOf: framer.buffer[frame.raw])
            }
            return
        }
        // The parts share the buffer: they go before it changes, or it would be copied.
        defer { parts.removeAll(keepingCapacity: true) }
        let outcome: StreamReader.Outcome
        do throws(ProviderFailure) {
            outcome = try read(data, of: frame)
        } catch {
            // An event may tell what a failed answer used.
            for part in parts { tally.add(part) }
            throw error
        }
        for part in parts { tally.add(part) }
        eventCount += 1
        try tally.checkLimits()
        if outcome == .stray { return }
        if outcome == .end || outcome == .unusualEnd {
            held = outcome == .end ? Array(framer.buffer[frame.raw]) : StreamEnd.done
            try translateParts(into: &output)
            return try end(isMarked: true, into: &output)
        }
        if writer != nil {
            try translateParts(into: &output)
        } else if form != nil {
            pass(data, of: frame, into: &output)
        } else if outcome != .usageOnly || !hidesUsage {
            output.append(contentsOf: framer.buffer[frame.raw])
        }
    }

    /// Passes an event to a Gemini client.
    ///
    /// Nothing ends its stream but the end of the bytes, so the event that says why the answer ended
    /// is held back until the outcome is durable.
    private mutating func pass(
        _ data: Range<Int>,
        of frame: EventFramer.Frame,
        into output: inout [UInt8]
    ) {
        output += held
        held = []
        let value =
            frame.moreData.isEmpty
            ? framer.buffer[data] : framer.joinedData(of: frame).filter { $0 != 0x0A }[...]
        var event: [UInt8] = []
        form?.append(value, to: &event)
        if tally.finish == nil { output += event } else { held = event }
    }

    private mutating func read(
        _ data: Range<Int>,
        of frame: EventFramer.Frame
    ) throws(ProviderFailure) -> StreamReader.Outcome {
        if frame.moreData.isEmpty {
            return try reader.read(framer.buffer, in: data, into: &parts)
        }
        let joined = framer.joinedData(of: frame)
        return try reader.read(joined, in: 0..<joined.count, into: &parts)
    }

    private mutating func translateParts(into output: inout [UInt8]) throws(ProviderFailure) {
        guard writer != nil else { return }
        if let restored = restoration?.restore(parts) {
            parts = restored
            tally.noteCalls(in: parts)
        }
        noteSignatures()
        for part in parts {
            let said = PictureNote.said(part, to: request.api)
            try writer?.write(said, tally, into: &output)
        }
    }

    /// The last event lacks its blank line.
    ///
    /// If its data is whole it counts all the same, as some servers end without a newline; if not,
    /// it is a fragment, which SSE says to discard, and the answer is judged by what came before.
    mutating func handleLast(
        _ frame: EventFramer.Frame,
        into output: inout [UInt8]
    ) throws(ProviderFailure) {
        try refuseDocument(frame)
        guard isWhole(frame) else { return }
        let before = output.count
        try handle(frame, into: &output)
        let blankLine = framer.buffer[frame.raw].last == UInt8(ascii: "\n") ? "\n" : "\n\n"
        if form != nil { return }
        if writer == nil, output.count > before {
            output.append(contentsOf: blankLine.utf8)
        } else if !held.isEmpty {
            held.append(contentsOf: blankLine.utf8)
        }
    }

    /// Some servers and proxies answer a request for a stream with a page, or put an error as JSON
    /// between the events; no line of SSE begins like those.
    private func refuseDocument(_ frame: EventFramer.Frame) throws(ProviderFailure) {
        guard upstream != .ollama, frame.data == nil else { return }
        switch framer.buffer[frame.raw.lowerBound] {
        case UInt8(ascii: "<"):
            throw ProviderFailure(
                .invalidResponse,
                "the provider answered HTML instead of a stream"
            )
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            // An error inside of it is the better reason.
            _ = try AnswerReader.read(Array(framer.buffer[frame.raw]), from: upstream)
            throw ProviderFailure(
                .invalidResponse,
                "the provider sent JSON that is no event in its stream"
            )
        default: break
        }
    }

    private func isWhole(_ frame: EventFramer.Frame) -> Bool {
        let data = framer.joinedData(of: frame)
        if data.elementsEqual("[DONE]".utf8) { return true }
        do {
            _ = try JSONSlice(validating: data)
            return true
        } catch {
            return false
        }
    }

    /// The terminal event came, or the transport ended without it.
    ///
    /// Gemini has no terminal event, and some of OpenAI's family leave theirs out: a reason is their
    /// end.
    mutating func end(
        isMarked: Bool = false,
        into output: inout [UInt8]
    ) throws(ProviderFailure) {
        let mayEndUnmarked = (upstream == .openai && !isPassedResponse) || upstream == .gemini
        guard isMarked || (mayEndUnmarked && tally.finish != nil) else {
            throw ProviderFailure(.cut, "the stream ended before the answer was complete")
        }
        try tally.checkTranslatable()
        guard tally.hasContent || tally.finish != nil else {
            throw ProviderFailure(.invalidResponse, "the stream ended without an answer in it")
        }
        phase = .ended
        for part in restoration?.finish() ?? [] {
            tally.noteCalls(in: [part])
            try writer?.write(part, tally, into: &output)
        }
        try writer?.close(tally, into: &output)
    }
}
