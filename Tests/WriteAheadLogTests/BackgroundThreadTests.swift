import Dispatch
import Glibc
import Synchronization
import Testing

@testable import WriteAheadLog

@Suite("Thread of the lowest priority")
struct BackgroundThreadTests {
    /// SCHED_IDLE of Linux.
    private static let idle: Int32 = 5

    /// What the calling thread is scheduled by, and whether the system would let it have the usual.
    private static func policy() -> (found: Int32, canRaise: Bool) {
        let found = sched_getscheduler(0)
        var parameters = sched_param()
        // SAFETY: reads a local structure.
        return (found, unsafe sched_setscheduler(0, SCHED_OTHER, &parameters) == 0)
    }

    @Test func `whoever ends it gives it the usual priority where the system allows that`() {
        let thread = BackgroundThread("test")
        let (begun, goOn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let before = Atomic<Int32>(-1)
        let isRaised = Atomic(false)
        thread.start {
            before.store(sched_getscheduler(0), ordering: .relaxed)
            begun.signal()
            goOn.wait()
            let (found, canRaise) = Self.policy()
            isRaised.store(found == (canRaise ? SCHED_OTHER : Self.idle), ordering: .relaxed)
        }
        begun.wait()
        thread.hurry()
        goOn.signal()
        #expect(thread.waitForEnd(.seconds(600)))
        #expect(before.load(ordering: .relaxed) == Self.idle)
        let wasRaised = isRaised.load(ordering: .relaxed)
        #expect(wasRaised)
    }

    @Test func `one that is to end before it begins has the usual priority`() {
        let thread = BackgroundThread("test")
        let found = Atomic<Int32>(-1)
        thread.hurry()
        thread.start { found.store(sched_getscheduler(0), ordering: .relaxed) }
        #expect(thread.waitForEnd(.seconds(600)))
        #expect(found.load(ordering: .relaxed) == SCHED_OTHER)
    }

    @Test func `one that does not end is left to itself, and does what is left at its end`() {
        let thread = BackgroundThread("test")
        let goOn = DispatchSemaphore(value: 0)
        let done = Atomic(0)
        thread.start { goOn.wait() }
        #expect(!thread.waitForEnd(.milliseconds(1)))
        thread.whenEnded { done.add(1, ordering: .relaxed) }
        #expect(done.load(ordering: .relaxed) == 0)
        goOn.signal()
        #expect(thread.waitForEnd(.seconds(600)))
        #expect(thread.waitForEnd(.seconds(600)), "it may be asked again")
        #expect(done.load(ordering: .relaxed) == 1)
        thread.whenEnded { done.add(1, ordering: .relaxed) }
        #expect(done.load(ordering: .relaxed) == 2)
    }
}
