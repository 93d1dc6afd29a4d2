/// Waits for something that is about to happen, and gives up after a minute.
///
/// The pause between two looks decides nothing: what is waited for either happens or never does.
func eventually(_ condition: () throws -> Bool) async throws -> Bool {
    let limit = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < limit {
        if try condition() { return true }
        try await Task.sleep(for: .milliseconds(1))
    }
    return false
}
