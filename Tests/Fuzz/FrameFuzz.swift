@testable import WriteAheadLog

/// Any bytes in any place of a segment end in records, in a torn tail or in an error with its place.
///
/// The first byte says what the others are. Checksums are made right, since otherwise nothing behind
/// them would ever be reached.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    guard let kind = input.first else { return 0 }
    let bytes = Array(input.dropFirst())
    switch kind % 5 {
    case 0: walkBody(bytes)
    case 1: decompress(bytes)
    case 2: readFooter(bytes)
    case 3: readPage(bytes)
    default: readSegment(bytes)
    }
    return 0
}

private let salt: UInt32 = 0x1122_3344

private func header(count: Int, rawLength: Int, codec: UInt8 = 0) -> FrameHeader {
    FrameHeader(
        bodyChecksum: 0,
        storedLength: rawLength,
        rawLength: rawLength,
        count: count,
        previousLength: 0,
        codec: codec,
        firstSequence: 1,
        time: 0,
        link: [UInt8](repeating: 0, count: 32)
    )
}

private func walkBody(_ bytes: [UInt8]) {
    guard let count = bytes.first else { return }
    let raw = Array(bytes.dropFirst())
    var records = 0
    var length = 0
    let end = FrameBody.walk(raw.span, header(count: Int(count), rawLength: raw.count)) {
        record,
        sequence,
        _ in
        records += 1
        length += record.count
        precondition(sequence == UInt64(records))
        return true
    }
    precondition(length <= raw.count)
    if case .complete = end { precondition(records == Int(count)) }
}

private func decompress(_ bytes: [UInt8]) {
    guard bytes.count >= 2 else { return }
    let rawLength = Int(bytes[0]) << 8 | Int(bytes[1])
    var raw = [UInt8](repeating: 0, count: rawLength)
    _ = LZ4.decompress(bytes, 2..<bytes.count, into: &raw, rawLength: rawLength)
}

private func readFooter(_ bytes: [UInt8]) {
    guard bytes.count >= SegmentFooter.fixedSize else { return }
    var bytes = bytes
    bytes.store(SegmentFooter.magic, at: 0)
    let entries = min(
        Int(bytes.integer(UInt32.self, at: 8)),
        (bytes.count - SegmentFooter.fixedSize) / SegmentFooter.entrySize
    )
    bytes.store(UInt32(entries), at: 8)
    let end = SegmentFooter.fixedSize + entries * SegmentFooter.entrySize
    bytes.store(CRC32C.of(bytes, 8..<end, seed: salt), at: 4)
    guard let footer = SegmentFooter(bytes, salt: salt) else { return }
    precondition(footer.tally.entries.count == entries)
    precondition(footer.bytes(salt: salt).count == end)
}

private func readPage(_ bytes: [UInt8]) {
    var page = [UInt8](repeating: 0, count: Format.pageSize)
    for (index, byte) in bytes.prefix(page.count).enumerated() { page[index] = byte }
    page.store(SegmentHeader.magic, at: 0)
    page.store(CRC32C.of(page, 16..<page.count, seed: CRC32C.of(page, 0..<12)), at: 12)
    guard case .valid(let header) = SegmentHeader.parse(page) else { return }
    precondition(header.footerOffset < header.segmentSize)
}

/// A log whose frames are the input: each takes its header's fields and its body from there.
private func readSegment(_ bytes: [UInt8]) {
    let logID = LogID(low: 1, high: 2)
    let size = 16 << 10
    let page = SegmentHeader(
        logID: logID,
        nodeID: 0,
        number: 1,
        firstSequence: 1,
        created: 0,
        salt: salt,
        segmentSize: size,
        footerOffset: Format.footerOffset(segmentSize: size),
        previousChain: HashChain.origin(logID),
        previousTime: 0
    )
    var segment = page.page + [UInt8](repeating: 0, count: size - Format.pageSize)
    var offset = Format.pageSize
    var rest = bytes[...]
    var sequence: UInt64 = 1
    var previousLength = 0
    while rest.count > 6, offset + 400 < page.footerOffset {
        let fields = Array(rest.prefix(6))
        rest = rest.dropFirst(6)
        let body = Array(rest.prefix(Int(fields[0])))
        rest = rest.dropFirst(body.count)
        var header = header(count: Int(fields[1] & 15), rawLength: body.count, codec: fields[2] & 3)
        if header.codec != 0 { header.rawLength = Int(fields[3]) << 4 }
        header.firstSequence = sequence
        header.previousLength = previousLength
        header.time = Int64(fields[4])
        header.bodyChecksum = CRC32C.of(body, 0..<body.count, seed: salt)
        if fields[5] == 1 { header.bodyChecksum ^= 1 }
        var frame = [UInt8](repeating: 0, count: FrameHeader.size)
        header.write(to: &frame, salt: salt)
        segment.put((frame + body)[...], at: offset)
        offset += header.frameLength
        previousLength = header.frameLength
        sequence = header.nextSequence
    }
    visit(segment)
}

private func visit(_ segment: [UInt8]) {
    var image = DiskImage()
    let directory = MemoryFileSystem.directory
    image.files["\(directory)/version"] = DataDirectory.text
    image.files["\(directory)/log/00000001.seg"] = segment
    let disk = MemoryFileSystem(image)
    do {
        var reader = try LogReader(directory, fileSystem: disk)
        var next: UInt64 = 1
        defer { precondition(next >= 1) }
        try reader.forEach { _, sequence, _ in
            precondition(sequence == next, "a record is out of order")
            next += 1
            return true
        }
    } catch is LogError {} catch { preconditionFailure("another kind of error: \(error)") }
    do throws(LogError) {
        var reader = try LogReader(directory, fileSystem: disk)
        _ = try reader.verify()
    } catch {
        precondition(!error.description.isEmpty)
    }
    do throws(LogError) {
        let recovered = try Recovery.run(
            directory,
            options: LogOptions(segmentSize: 16 << 10),
            in: disk
        )
        precondition(recovered.report.lastSequence < 1 << 20)
    } catch {
        precondition(!error.description.isEmpty)
    }
}
