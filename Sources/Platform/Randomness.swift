import Glibc
import Synchronization

/// The system's random numbers, fetched sixty-four at a time: a request takes three, and a system call
/// for each cost more than deciding.
public enum Randomness {
    private static let pool = Mutex<[UInt64]>([])
    private static let size = 64

    /// The next sixty-four random bits.
    public static func next() -> UInt64 {
        pool.withLock { pool in
            if pool.isEmpty {
                pool = unsafe [UInt64](unsafeUninitializedCapacity: size) { numbers, count in
                    // SAFETY: it fills the whole buffer, which holds that many.
                    let bytes = UnsafeMutableRawBufferPointer(numbers)
                    guard let start = bytes.baseAddress else { return }
                    unsafe arc4random_buf(start, bytes.count)
                    count = size
                }
            }
            return pool.removeLast()
        }
    }
}
