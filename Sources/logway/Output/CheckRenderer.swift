import JSONBytes
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

extension CheckStep {
    /// Writes what the step found.
    func write(to object: inout JSONWriter) {
        object.member("detail", detail)
        object.member("name", name)
        object.member("result", result.rawValue)
        object.member("time_us", ifPresent: microseconds)
    }
}
