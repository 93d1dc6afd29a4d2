import CCurl
import Glibc

/// A checked request in the form in which libcurl reads it, in one block of memory.
///
/// It is built on the caller's thread, so the transfer thread only hands over pointers, and libcurl
/// copies neither headers nor body. The body's pieces are put together here, which is the one copy of it on
/// its way out. `@unchecked Sendable` because the block is written in `init`
/// and only read afterwards, and whoever holds the object last frees it.
@safe final class PreparedRequest: @unchecked Sendable {
    /// Host and port, for messages.
    let endpoint: String
    let url: UnsafePointer<CChar>
    let method: UnsafePointer<CChar>
    let isGet: Bool
    let isHead: Bool
    /// Whether a body is announced, though it may be empty.
    let hasBody: Bool
    let headers: UnsafeMutablePointer<curl_slist>
    let body: UnsafeRawBufferPointer
    private let block: UnsafeMutableRawPointer

    /// Lines without a value, which keep libcurl from adding these headers on its own.
    private static let suppressed = ["Expect", "Accept", "Content-Type"]

    /// Checks and copies a request.
    init(_ request: UpstreamRequest) throws(UpstreamError) {
        try RequestValidation.check(request)
        endpoint = try RequestValidation.endpoint(of: request.url)
        isGet = request.method == "GET"
        isHead = request.method == "HEAD"
        let announcesBody = ["POST", "PUT", "PATCH"].contains(request.method)
        let bodyBytes = request.bodyByteCount
        hasBody = bodyBytes > 0 || announcesBody

        let absent = Self.suppressed.filter { name in
            !request.headers.contains { RequestValidation.equalIgnoringCase($0.name, name) }
        }
        let nodeCount = request.headers.count + absent.count
        // SAFETY: the size and the stride of a C structure.
        let nodeBytes = unsafe nodeCount * MemoryLayout<curl_slist>.stride
        var size = nodeBytes + bodyBytes
        size += request.url.utf8.count + request.method.utf8.count + 2
        for header in request.headers {
            size += header.name.utf8.count + header.value.utf8.count + 3
        }
        for name in absent { size += name.utf8.count + 2 }

        // SAFETY: `size` counts exactly what is written below; the writer checks every step, and
        // the nodes come first, where the block is aligned for them.
        unsafe block = .allocate(byteCount: size, alignment: MemoryLayout<curl_slist>.alignment)
        unsafe headers = block.bindMemory(to: curl_slist.self, capacity: nodeCount)
        var writer = unsafe BlockWriter(block: block, size: size)
        writer.skip(nodeBytes)
        unsafe url = writer.string(request.url)
        unsafe method = writer.string(request.method)
        unsafe body = writer.bytes(request.body, count: bodyBytes)
        var node = 0
        for header in request.headers {
            // libcurl reads "Name:" as "leave it out" and "Name;" as "send it empty".
            let line =
                header.value.isEmpty
                ? unsafe writer.string(header.name, ";")
                : unsafe writer.string(header.name, ": ", header.value)
            unsafe link(line, at: node, of: nodeCount)
            node += 1
        }
        for name in absent {
            unsafe link(writer.string(name, ":"), at: node, of: nodeCount)
            node += 1
        }
    }

    deinit {
        // SAFETY: the owner of the block, and libcurl was told to forget it (EasyHandle.release).
        unsafe block.deallocate()
    }

    private func link(_ line: UnsafePointer<CChar>, at node: Int, of count: Int) {
        // SAFETY: `node` < `count` nodes were reserved; libcurl does not write to the lines.
        unsafe headers[node].data = UnsafeMutablePointer(mutating: line)
        unsafe headers[node].next = node + 1 < count ? headers + node + 1 : nil
    }
}

/// Writes strings and bytes one after the other into a block whose size was computed before.
@safe private struct BlockWriter {
    let block: UnsafeMutableRawPointer
    let size: Int
    private var position = 0

    init(block: UnsafeMutableRawPointer, size: Int) {
        unsafe self.block = unsafe block
        self.size = size
    }

    mutating func skip(_ count: Int) {
        position += count
    }

    /// Writes the parts as one C string.
    mutating func string(_ parts: String...) -> UnsafePointer<CChar> {
        let start = position
        for part in parts {
            var part = part
            part.withUTF8 { unsafe append(UnsafeRawBufferPointer($0)) }
        }
        precondition(position < size, "the block is too small")
        // SAFETY: inside the block; bytes and C characters have the same layout.
        unsafe block.storeBytes(of: 0, toByteOffset: position, as: UInt8.self)
        position += 1
        return unsafe UnsafePointer((block + start).assumingMemoryBound(to: CChar.self))
    }

    /// Writes the pieces, of so many bytes together, one behind the other.
    mutating func bytes(_ pieces: [ArraySlice<UInt8>], count: Int) -> UnsafeRawBufferPointer {
        let start = position
        for piece in pieces { unsafe piece.withUnsafeBytes { unsafe append($0) } }
        return unsafe UnsafeRawBufferPointer(start: block + start, count: count)
    }

    private mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        precondition(position + bytes.count <= size, "the block is too small")
        // SAFETY: checked above, and the block is ours alone, so it overlaps with nothing.
        unsafe (block + position).copyMemory(from: source, byteCount: bytes.count)
        position += bytes.count
    }
}
