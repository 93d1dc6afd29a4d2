import Events
import Foundation

extension OutcomeTable {
    /// A table from a JSON-lines file, or its first `limit` rows; blocks while it reads, one line
    /// after another, so that memory holds the rows and not the file.
    ///
    /// - Throws: `SimulationError.unreadableOutcomes` if there is no such file or it holds no row,
    ///   `.invalidOutcome` with the line's number.
    public init(file: String, limit: Int? = nil) throws(SimulationError) {
        var rows: [OutcomeRow] = []
        var lines = try LineReader(file: file)
        let decoder = JSONDecoder()
        while rows.count < limit ?? .max, let line = try lines.next() {
            guard line.contains(where: { $0 > UInt8(ascii: " ") }) else { continue }
            do {
                rows.append(try decoder.decode(Row.self, from: line).row)
            } catch {
                throw .invalidOutcome(
                    file: file,
                    line: lines.number,
                    reason: Self.explanation(of: error)
                )
            }
        }
        guard !rows.isEmpty else {
            throw .unreadableOutcomes(file: file, reason: "the file holds no outcomes")
        }
        self.init(rows: rows)
    }

    private static func explanation(of error: any Error) -> String {
        func place(_ context: DecodingError.Context) -> String {
            context.codingPath.map { "`\($0.stringValue)`" }.joined(separator: " in ")
        }
        return switch error as? DecodingError {
        case .keyNotFound(let key, _): "`\(key.stringValue)` is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "the value of \(place(context)) has the wrong type"
        case .dataCorrupted(let context) where context.codingPath.isEmpty:
            "the line is not a JSON object"
        case .dataCorrupted(let context): "\(place(context)): \(context.debugDescription)"
        default: "the line is not a JSON object"
        }
    }
}

/// A row as it stands in the file.
private struct Row: Decodable {
    var id: String
    var dataset: String?
    var domain: String?
    var prompt: String
    var outcomes: [String: Outcome]

    struct Outcome: Decodable {
        var quality: Double
        var inputTokens: Int
        var outputTokens: Int
        var cost: Double?
        var answer: String?

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: Field.self)
            quality = try fields.decode(Double.self, forKey: .quality)
            inputTokens = try fields.decode(Int.self, forKey: .inputTokens)
            outputTokens = try fields.decode(Int.self, forKey: .outputTokens)
            cost = try fields.decodeIfPresent(Double.self, forKey: .cost)
            answer = try fields.decodeIfPresent(String.self, forKey: .answer)
            guard (0...1).contains(quality) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .quality,
                    in: fields,
                    debugDescription: "must be from 0 to 1"
                )
            }
            guard inputTokens >= 0, outputTokens >= 0 else {
                throw DecodingError.dataCorruptedError(
                    forKey: .inputTokens,
                    in: fields,
                    debugDescription: "token counts can't be negative"
                )
            }
        }

        enum Field: String, CodingKey {
            case quality, answer
            case inputTokens = "input_tokens"
            case outputTokens = "output_tokens"
            case cost = "cost_usd"
        }
    }

    var row: OutcomeRow {
        OutcomeRow(
            id: id,
            dataset: dataset ?? "",
            domain: domain ?? "",
            prompt: prompt,
            outcomes: outcomes.mapValues { outcome in
                RecordedOutcome(
                    quality: outcome.quality,
                    inputTokens: outcome.inputTokens,
                    outputTokens: outcome.outputTokens,
                    cost: outcome.cost.map { Nanodollars(Int64(($0 * 1e9).rounded())) },
                    answer: outcome.answer
                )
            }
        )
    }
}

/// The lines of a file, read in pieces of 64 KiB.
private struct LineReader {
    private let file: String
    private let handle: FileHandle
    private var buffer = Data()
    private var isAtEnd = false
    /// The number of the line that was returned last, from 1.
    private(set) var number = 0

    init(file: String) throws(SimulationError) {
        self.file = file
        do {
            handle = try FileHandle(forReadingFrom: URL(filePath: file))
        } catch {
            throw .unreadableOutcomes(file: file, reason: "the file can't be opened")
        }
    }

    mutating func next() throws(SimulationError) -> Data? {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                defer { buffer = Data(buffer[(end + 1)...]) }
                number += 1
                return buffer[..<end]
            }
            guard !isAtEnd else {
                defer { buffer = Data() }
                number += 1
                return buffer.isEmpty ? nil : buffer
            }
            do {
                let piece = try handle.read(upToCount: 65_536) ?? Data()
                isAtEnd = piece.isEmpty
                buffer.append(piece)
            } catch {
                throw .unreadableOutcomes(file: file, reason: "the file can't be read")
            }
        }
    }
}
