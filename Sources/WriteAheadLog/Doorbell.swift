import Glibc

/// Lets one thread sleep until another rings; rings that no one waits for are kept.
///
/// `@unchecked Sendable` because a POSIX semaphore is made to be used from several threads.
@safe final class Doorbell: @unchecked Sendable {
    private let semaphore: UnsafeMutablePointer<sem_t>

    init() {
        // safe: allocated here, freed in deinit, never moved between.
        unsafe semaphore = .allocate(capacity: 1)
        unsafe sem_init(semaphore, 0, 0)
    }

    deinit {
        unsafe sem_destroy(semaphore)
        unsafe semaphore.deallocate()
    }

    func ring() { unsafe sem_post(semaphore) }

    /// Sleeps until rung; a signal does not wake it.
    func wait() {
        while unsafe sem_wait(semaphore) == -1 && errno == EINTR {}
    }
}
