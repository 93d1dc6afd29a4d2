import Events
import Foundation
import RouterState

extension QuotaStatus {
    /// The status for scripts: one JSON object.
    public var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            let document = Document(
                time: time.description,
                quotas: rows.map(Quota.init),
                unlimited: unlimited
            )
            return String(decoding: try encoder.encode(document), as: UTF8.self)
        }
    }

    private struct Document: Encodable {
        var time: String
        var quotas: [Quota]
        var unlimited: [String]
    }

    private struct Quota: Encodable {
        var provider: String
        var model: String?
        var key: Int
        var kind: String
        var limit: Int
        var source: String
        var used: Int
        var reserved: Int
        var estimated: Int
        var elsewhere: Int
        var remaining: Int
        var resetsAt: String?
        var warned: Int?

        init(_ row: Row) {
            provider = row.provider
            model = row.model
            key = row.key
            kind = row.kind.word
            limit = row.limit
            source = row.isTold ? "provider" : "configuration"
            used = row.window.used
            reserved = row.window.reserved
            estimated = row.window.estimated
            elsewhere = row.window.elsewhere
            remaining = row.remaining
            resetsAt = row.resetsAt?.description
            warned = row.window.warned == 0 ? nil : row.window.warned
        }

        enum CodingKeys: String, CodingKey {
            case provider
            case model
            case key
            case kind
            case limit
            case source
            case used
            case reserved
            case estimated
            case elsewhere
            case remaining
            case resetsAt = "resets_at"
            case warned = "warned_percent"
        }
    }
}
