/// Waits for something that is about to happen, and gives up after a minute.
///
/// The pause between two looks decides nothing: what is waited for either happens or never does.
public func eventually(_ condition: () throws -> Bool) async throws -> Bool {
    let limit = ContinuousClock.now + .seconds(60)
    while true {
        // Looked at before the limit is: on a busy machine one sleep can be longer than it.
        let isLate = ContinuousClock.now >= limit
        if try condition() { return true }
        if isLate { return false }
        try await Task.sleep(for: .milliseconds(1))
    }
}
