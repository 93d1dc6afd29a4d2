public import Events
import WriteAheadLog

/// The fingerprint of the running code: the build id that the linker put into the executable.
///
/// It is a hash of all that was linked, so it changes whenever the code of a fold may have; see
/// docs/decisions/0013.
public enum CodeFingerprint {
    /// Of the running executable; `nil` when it has no build id (it was linked without
    /// `--build-id`) or can't be read.
    public static let running: OpaqueBytes? = {
        do throws(SystemError) {
            let file = try PosixFileSystem().open("/proc/self/exe", .read)
            return try buildID { offset, count throws(SystemError) in
                try file.bytes(at: offset, count: count)
            }
        } catch {
            return nil
        }
    }()

    /// The note NT_GNU_BUILD_ID in the notes of a 64-bit little-endian ELF file (System V ABI,
    /// chapters "ELF header", "Program header" and "Note section").
    static func buildID(
        _ read: (_ offset: Int, _ count: Int) throws(SystemError) -> [UInt8]
    ) throws(SystemError) -> OpaqueBytes? {
        let header = try read(0, 64)
        guard header.count == 64, header.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]) else {
            return nil
        }
        let table = header.integer(at: 0x20, size: 8)
        let entrySize = header.integer(at: 0x36, size: 2)
        for index in 0..<header.integer(at: 0x38, size: 2) {
            let entry = try read(table + index * entrySize, 56)
            let isNotes = entry.count == 56 && entry.integer(at: 0, size: 4) == 4
            guard isNotes else { continue }
            let size = min(entry.integer(at: 0x20, size: 8), 1 << 16)
            let notes = try read(entry.integer(at: 0x08, size: 8), size)
            if let id = buildID(inNotes: notes) { return id }
        }
        return nil
    }

    private static func buildID(inNotes notes: [UInt8]) -> OpaqueBytes? {
        let gnu = Array("GNU\0".utf8)
        var offset = 0
        while offset + 12 <= notes.count {
            let nameSize = notes.integer(at: offset, size: 4)
            let size = notes.integer(at: offset + 4, size: 4)
            let name = offset + 12
            let content = name + (nameSize + 3) / 4 * 4
            guard content + size <= notes.count else { return nil }
            let isBuildID =
                notes.integer(at: offset + 8, size: 4) == 3 && nameSize == 4
                && notes[name..<name + 4].elementsEqual(gnu)
            if isBuildID { return OpaqueBytes(Array(notes[content..<content + size])) }
            offset = content + (size + 3) / 4 * 4
        }
        return nil
    }
}

extension [UInt8] {
    /// An unsigned little-endian integer; 2^40 in place of more, which no file's offset is.
    fileprivate func integer(at offset: Int, size: Int) -> Int {
        let value = self[offset..<offset + size].reversed().reduce(UInt64(0)) {
            $0 << 8 | UInt64($1)
        }
        return Int(Swift.min(value, 1 << 40))
    }
}
