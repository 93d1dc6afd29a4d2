/// Waits for something that is about to happen, and gives up after a minute and a thousand looks.
///
/// The pause between two looks decides nothing: what is waited for either happens or never does. On a busy
/// machine tests that block hold every thread for longer than a minute; who was asked to do it has its turn
/// between two looks.
public func eventually(_ condition: () throws -> Bool) async throws -> Bool {
    let limit = ContinuousClock.now + .seconds(60)
    var looks = 0
    while try !condition() {
        looks += 1
        guard looks < 1_000 || ContinuousClock.now < limit else { return false }
        try await Task.sleep(for: .milliseconds(1))
    }
    return true
}
