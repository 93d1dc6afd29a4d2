import Events
import Foundation
import GRDB

/// A value in a row is not of the kind that was written there.
struct UnexpectedValue: Error {
    /// The column's index in the statement.
    let column: Int
    /// The statement.
    let sql: String
}

extension Database {
    /// Runs a statement that gives no rows; it is prepared once per connection.
    func run(_ sql: String, _ arguments: [(any DatabaseValueConvertible)?] = []) throws {
        let statement = try cachedStatement(sql: sql)
        try statement.execute(arguments: StatementArguments(arguments))
    }

    /// The rows of a query, each read while it is current; the statement is prepared once.
    func rows<Result>(
        _ sql: String,
        _ arguments: [(any DatabaseValueConvertible)?] = [],
        _ read: (ResultRow) throws -> Result
    ) throws -> [Result] {
        let statement = try cachedStatement(sql: sql)
        let cursor = try Row.fetchCursor(statement, arguments: StatementArguments(arguments))
        var results: [Result] = []
        while let row = try cursor.next() { results.append(try read(ResultRow(row, sql))) }
        return results
    }
}

/// A row whose values are checked when they are read.
///
/// GRDB stops the process where a value has another type than asked for; a damaged file must not.
struct ResultRow {
    private let row: Row
    private let sql: String

    init(_ row: Row, _ sql: String) {
        self.row = row
        self.sql = sql
    }

    /// The value of a column, `nil` for NULL.
    ///
    /// - Throws: `UnexpectedValue`.
    func optional<Value: DatabaseValueConvertible>(
        _ column: Int,
        _: Value.Type = Value.self
    ) throws -> Value? {
        let value: DatabaseValue = row[column]
        if value.isNull { return nil }
        return try checked(Value.fromDatabaseValue(value), column)
    }

    /// The value of a column that has one.
    ///
    /// - Throws: `UnexpectedValue`.
    func value<Value: DatabaseValueConvertible>(
        _ column: Int,
        _: Value.Type = Value.self
    ) throws -> Value {
        try checked(optional(column, Value.self), column)
    }

    /// A sequence number, `nil` for NULL.
    func optionalSequence(_ column: Int) throws -> UInt64? {
        guard let number = try optional(column, Int64.self) else { return nil }
        return try checked(UInt64(exactly: number), column)
    }

    /// A sequence number.
    func sequence(_ column: Int) throws -> UInt64 { try checked(optionalSequence(column), column) }

    /// An instant.
    func time(_ column: Int) throws -> Timestamp {
        Timestamp(microseconds: try value(column, Int64.self))
    }

    /// A request's id.
    func id(_ column: Int) throws -> RequestID {
        try checked(RequestID(column: value(column, Data.self)), column)
    }

    /// An outcome, `nil` for NULL.
    func outcome(_ column: Int) throws -> RequestOutcome? {
        guard let code = try optional(column, UInt8.self) else { return nil }
        return try checked(RequestOutcome(rawValue: code), column)
    }

    private func checked<Value>(_ value: Value?, _ column: Int) throws -> Value {
        guard let value else { throw UnexpectedValue(column: column, sql: sql) }
        return value
    }
}

extension RequestID {
    /// The UUID's 16 bytes.
    var column: Data {
        var data = Data(capacity: 16)
        for half in [high, low] {
            for shift in stride(from: 56, through: 0, by: -8) {
                data.append(UInt8(truncatingIfNeeded: half >> UInt64(shift)))
            }
        }
        return data
    }

    /// The id of 16 bytes; `nil` for another number of them.
    init?(column data: Data) {
        guard data.count == 16 else { return nil }
        let half = { (bytes: Data) in bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        self.init(high: half(data.prefix(8)), low: half(data.suffix(8)))
    }
}
