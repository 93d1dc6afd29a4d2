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

extension CheckStep: JSONWritable {
    /// Writes the step as an object.
    func write(to writer: inout JSONWriter) {
        writer.object { step in
            step.member("detail", detail)
            step.member("name", name)
            step.member("result", result.rawValue)
            step.member("time_us", ifPresent: microseconds)
        }
    }
}
