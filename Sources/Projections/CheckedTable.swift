/// The tables whose rows are counted in checksums; the numbers stand in the file.
enum CheckedTable: Int, CaseIterable {
    case requests = 1
    case requestLabels = 2
    case attempts = 3
    case attemptEnds = 4
    case feedback = 5
    case months = 6
    case monthOutcomes = 7
    case monthLines = 8
    case localProviders = 9

    /// The bits of a sequence number within a block: some hundreds of requests, which are checked in a
    /// few milliseconds.
    static let blockBits = 12

    var name: String {
        switch self {
        case .requests: "requests"
        case .requestLabels: "request_labels"
        case .attempts: "attempts"
        case .attemptEnds: "attempt_ends"
        case .feedback: "feedback"
        case .months: "months"
        case .monthOutcomes: "month_outcomes"
        case .monthLines: "month_lines"
        case .localProviders: "local_providers"
        }
    }

    /// The statement that writes a whole new row.
    var insertion: String {
        let count =
            switch self {
            case .requests: 17
            case .requestLabels: 3
            case .attempts: 4
            case .attemptEnds: 11
            case .feedback: 5
            case .months: 4
            case .monthOutcomes: 3
            case .monthLines: 14
            case .localProviders: 1
            }
        let places = Array(repeating: "?", count: count).joined(separator: ", ")
        return "INSERT OR REPLACE INTO \(name) VALUES (\(places))"
    }

    /// What a row's part goes by: the month, or the sequence number of the request; `nil` where it goes
    /// by more than a column.
    var column: String? {
        switch self {
        case .requests: "received"
        case .attempts, .attemptEnds: "request"
        case .feedback: "sequence"
        case .months, .monthOutcomes, .monthLines: "month"
        case .requestLabels, .localProviders: nil
        }
    }

    /// The part with a value of the column that it goes by.
    func part(_ value: Int64) -> Int64 {
        switch self {
        case .months, .monthOutcomes, .monthLines: value
        case .requests, .attempts, .attemptEnds, .feedback: value >> Int64(Self.blockBits)
        case .requestLabels, .localProviders: 0
        }
    }

    func part(_ sequence: UInt64) -> Int64 { part(Int64(clamping: sequence)) }

    /// The values of the column that parts have.
    func values(of parts: ClosedRange<Int64>) -> ClosedRange<Int64> {
        switch self {
        case .months, .monthOutcomes, .monthLines, .requestLabels, .localProviders: return parts
        case .requests, .attempts, .attemptEnds, .feedback:
            let bits = Int64(Self.blockBits)
            return parts.lowerBound << bits...((parts.upperBound << bits) | ((1 << bits) - 1))
        }
    }
}

extension RequestLabel {
    /// The part of the rows that one label has.
    var part: Int64 { Self.part(Int64(kind.rawValue), name) }

    static func part(_ kind: Int64, _ name: String) -> Int64 {
        var hash = RowHash(of: .requestLabels)
        hash.mix(integer: kind)
        name.mix(into: &hash)
        return Int64(hash.value >> 1)
    }
}
