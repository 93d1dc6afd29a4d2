import Foundation

/// A bar on standard error for long work; plain lines where nobody watches a terminal.
struct ProgressBar {
    private static let width = 30
    private let total: Int
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var shown = -1

    init(total: Int) {
        self.total = max(total, 1)
    }

    /// Shows how much is done; `note` is a few words beside the bar.
    mutating func show(_ done: Int, note: String) {
        // A terminal gets each percent, a file each tenth.
        let step = done * (isTerminal ? 100 : 10) / total
        guard step != shown else { return }
        shown = step
        guard isTerminal else {
            Output.errorText("  \(done)/\(total) \(note)")
            return
        }
        let filled = min(Self.width, done * Self.width / total)
        let bar =
            String(repeating: "█", count: filled)
            + String(repeating: "░", count: Self.width - filled)
        let line = "\r  \(bar) \(done)/\(total) \(note)\u{1B}[K" + (done >= total ? "\n" : "")
        Output.writeError(line)
    }
}
