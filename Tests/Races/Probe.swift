/// What tools/race-check tries before it believes the thread sanitizer: four threads on one state,
/// under a `Mutex` that they have to wait for. Compiled with RACE, one of them goes without.
import Dispatch
import Foundation
import Synchronization

final class Shared: @unchecked Sendable {
    private let lock = Mutex(())
    private var texts: [String] = []
    private var count = 0

    func add(_ number: Int) {
        lock.withLock { _ in
            if texts.count > 100 { texts = [] }
            texts.append("\(number) and more than fits into a word or two")
            count += 1
        }
    }

    /// A number only, so that the race does no harm.
    func addWithoutLock() { count += 1 }
}

let shared = Shared()
let done = DispatchSemaphore(value: 0)
for thread in 0..<4 {
    Thread {
        for number in 0..<20_000 {
            shared.add(number)
            #if RACE
            if thread == 0 { shared.addWithoutLock() }
            #endif
        }
        done.signal()
    }.start()
}
for _ in 0..<4 { done.wait() }
