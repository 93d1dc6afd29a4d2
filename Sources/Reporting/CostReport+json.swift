import Events
import Foundation

extension CostReport {
    /// The report for scripts: one JSON object; money in whole nano-dollars.
    public var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(Document(self)), as: UTF8.self)
        }
    }

    private struct Document: Encodable {
        var month: String
        var total: Sum
        var requests: [String: Int]
        var answeredLocally: Int
        var answeredHosted: Int
        var byProvider: [Sum]
        var byModel: [Sum]
        var byTask: [Sum]
        var byTag: [Sum]

        init(_ report: CostReport) {
            month = report.monthName
            total = Sum("total", report.total)
            requests = Dictionary(
                uniqueKeysWithValues: report.ended.outcomes.map { ($0.key.name, $0.value) }
            )
            answeredLocally = report.ended.local
            answeredHosted = report.ended.hosted
            let list = { (sums: [String: AttemptSums]) in
                CostReport.sorted(sums).map { Sum($0.name, $0.line) }
            }
            byProvider = list(report.byProvider)
            byModel = list(report.byModel)
            byTask = list(report.byTask)
            byTag = list(report.byTag)
        }

        enum CodingKeys: String, CodingKey {
            case month
            case total
            case requests
            case answeredLocally = "answered_locally"
            case answeredHosted = "answered_hosted"
            case byProvider = "by_provider"
            case byModel = "by_model"
            case byTask = "by_task"
            case byTag = "by_tag"
        }
    }

    private struct Sum: Encodable {
        var name: String
        var requests: Int
        var attempts: Int
        var cost: Int64
        var costDollars: String
        var estimated: Int64
        var unknownCosts: Int
        var pastReservation: Int
        var inputTokens: Int
        var cachedTokens: Int
        var outputTokens: Int
        var meanScore: Double?
        var scores: Int

        init(_ name: String, _ line: AttemptSums) {
            self.name = name
            requests = line.requests
            attempts = line.attempts
            cost = line.cost.count
            costDollars = line.cost.description
            estimated = line.estimated.count
            unknownCosts = line.unknownCosts
            pastReservation = line.pastReservation
            inputTokens = line.inputTokens
            cachedTokens = line.cachedTokens
            outputTokens = line.outputTokens
            meanScore = line.meanScore
            scores = line.scoreCount
        }

        enum CodingKeys: String, CodingKey {
            case name
            case requests
            case attempts
            case cost = "cost_nanodollars"
            case costDollars = "cost_usd"
            case estimated = "estimated_nanodollars"
            case unknownCosts = "attempts_of_unknown_cost"
            case pastReservation = "attempts_past_reservation"
            case inputTokens = "input_tokens"
            case cachedTokens = "cached_input_tokens"
            case outputTokens = "output_tokens"
            case meanScore = "mean_score"
            case scores
        }
    }
}
