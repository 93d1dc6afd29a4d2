import Events

/// Any bytes are an event or an error with its place; an event that was read is written, and shown as
/// JSON, so that it reads back as the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    let event: Event
    do throws(EventCodingError) {
        event = try Event(decoding: bytes)
    } catch {
        precondition(!error.description.isEmpty)
        return 0
    }
    precondition(event.json(sequence: 1).utf8.last == UInt8(ascii: "}"))
    var written: [UInt8] = []
    event.encode(into: &written)
    do throws(EventCodingError) {
        var again: [UInt8] = []
        try Event(decoding: written).encode(into: &again)
        precondition(again == written, "an event changes when it is written again")
    } catch {
        preconditionFailure("what was written can't be read: \(error)")
    }
    return 0
}
