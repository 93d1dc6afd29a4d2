/// Writes a file from front to back in pieces of a megabyte, each synced before the next: a sync of
/// the log itself never queues behind more than that.
struct SequentialOutput {
    private static let pieceSize = 1 << 20
    private let file: any File
    private var piece: [UInt8] = []
    private var pieceOffset: Int

    /// Where the next byte goes.
    var offset: Int { pieceOffset + piece.count }

    init(_ file: any File, at offset: Int) {
        self.file = file
        pieceOffset = offset
    }

    mutating func append(_ bytes: some Collection<UInt8>) throws(LogError) {
        piece += bytes
        if piece.count >= Self.pieceSize { try finish() }
    }

    /// Adds zeroes up to a multiple of a length.
    mutating func pad(to length: Int) throws(LogError) {
        let rest = offset % length
        if rest > 0 { try append([UInt8](repeating: 0, count: length - rest)) }
    }

    /// Writes and syncs what is left.
    mutating func finish() throws(LogError) {
        guard !piece.isEmpty else { return }
        let (file, piece, pieceOffset) = (file, piece, pieceOffset)
        try onDisk { () throws(SystemError) in
            try file.writeAll(piece, at: pieceOffset)
            try file.synchronize()
        }
        self.pieceOffset += piece.count
        self.piece.removeAll(keepingCapacity: true)
    }
}
