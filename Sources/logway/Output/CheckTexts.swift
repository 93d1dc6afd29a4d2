import ProviderClients
import Rainbow

extension Output {
    /// Writes a step of a live check as a line.
    static func checkStep(_ step: CheckStep) {
        let word = step.result.rawValue
        let mark =
            switch step.result {
            case .passed: word.green
            case .failed: word.red
            case .noted: word.yellow
            case .skipped: word.dim
            }
        let padding = String(repeating: " ", count: max(1, 8 - word.count))
        let gap = String(repeating: " ", count: max(1, 12 - step.name.count))
        line("  \(step.name)\(gap)\(mark)\(padding)\(step.detail)")
    }
}

extension JSONText {
    /// A step of a live check.
    init(_ step: CheckStep) {
        var members: [String: JSONText] = [
            "name": .text(step.name), "result": .text(step.result.rawValue),
            "detail": .text(step.detail),
        ]
        members["time_us"] = step.microseconds.map { .int(Int($0)) }
        self = .object(members)
    }
}
