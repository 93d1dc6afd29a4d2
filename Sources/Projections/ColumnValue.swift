import Foundation
import GRDBSQLite

/// A Swift type that a column of a statement can hold.
protocol ColumnValue {
    /// Gives a parameter of a statement this value; SQLite copies what it needs.
    ///
    /// - Returns: SQLite's result code.
    func bind(to statement: OpaquePointer, _ parameter: Int32) -> Int32

    /// The value of a column of the current row, which is not NULL; `nil` if it is no such value.
    init?(column: Int32, of statement: OpaquePointer)

    /// Takes the value into the hash of its row, as it is in the file.
    func mix(into hash: inout RowHash)
}

/// SQLite's sign for a buffer that it has to copy (`SQLITE_TRANSIENT`), which C casts from −1.
private var isTemporary: sqlite3_destructor_type {
    unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}

extension ColumnValue where Self: BinaryInteger {
    // A sequence number over 2^63 is in no log; it must not stop the process either.
    func bind(to statement: OpaquePointer, _ parameter: Int32) -> Int32 {
        unsafe sqlite3_bind_int64(statement, parameter, Int64(clamping: self))
    }

    init?(column: Int32, of statement: OpaquePointer) {
        guard unsafe sqlite3_column_type(statement, column) == SQLITE_INTEGER else { return nil }
        self.init(exactly: unsafe sqlite3_column_int64(statement, column))
    }

    func mix(into hash: inout RowHash) { hash.mix(integer: Int64(clamping: self)) }
}

extension Int: ColumnValue {}
extension Int64: ColumnValue {}
extension UInt64: ColumnValue {}
extension UInt8: ColumnValue {}

extension String: ColumnValue {
    func bind(to statement: OpaquePointer, _ parameter: Int32) -> Int32 {
        var text = self
        // SAFETY: the bytes are copied during the call.
        return text.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                unsafe sqlite3_bind_text(
                    statement,
                    parameter,
                    // An empty text may have no address, and no address means NULL.
                    characters.baseAddress ?? UnsafePointer(bitPattern: 1),
                    Int32(characters.count),
                    isTemporary
                )
            }
        }
    }

    init?(column: Int32, of statement: OpaquePointer) {
        guard unsafe sqlite3_column_type(statement, column) == SQLITE_TEXT,
            let start = unsafe sqlite3_column_text(statement, column)
        else { return nil }
        // SAFETY: SQLite keeps the bytes until the next step, and they are copied here.
        let bytes = unsafe UnsafeBufferPointer(
            start: start,
            count: Int(sqlite3_column_bytes(statement, column))
        )
        self = unsafe String(decoding: bytes, as: UTF8.self)
    }

    func mix(into hash: inout RowHash) {
        var text = self
        // SAFETY: the bytes are read during the call.
        text.withUTF8 { unsafe hash.mix(bytes: UnsafeRawBufferPointer($0), isText: true) }
    }
}

extension Data: ColumnValue {
    func bind(to statement: OpaquePointer, _ parameter: Int32) -> Int32 {
        // SAFETY: the bytes are copied during the call. Without an address they would be NULL.
        unsafe withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else {
                return unsafe sqlite3_bind_zeroblob(statement, parameter, 0)
            }
            return unsafe sqlite3_bind_blob(
                statement,
                parameter,
                start,
                Int32(bytes.count),
                isTemporary
            )
        }
    }

    init?(column: Int32, of statement: OpaquePointer) {
        guard unsafe sqlite3_column_type(statement, column) == SQLITE_BLOB else { return nil }
        // SAFETY: SQLite keeps the bytes until the next step, and they are copied here; an empty
        // blob has no address.
        guard let start = unsafe sqlite3_column_blob(statement, column) else {
            self = Data()
            return
        }
        unsafe self.init(bytes: start, count: Int(sqlite3_column_bytes(statement, column)))
    }

    func mix(into hash: inout RowHash) {
        // SAFETY: the bytes are read during the call.
        unsafe withUnsafeBytes { unsafe hash.mix(bytes: $0, isText: false) }
    }
}
