import CLZ4
public import Foundation

extension Thread {
    /// A thread that is to run the body, under a name that the system shows (`top -H`, perf, debuggers).
    ///
    /// Foundation gives a thread's `name` to the system only while it runs, so one that is set before has no
    /// effect.
    ///
    /// - Parameters:
    ///   - name: the name, of which the system keeps 15 bytes.
    ///   - body: what it runs.
    public convenience init(named name: String, _ body: @escaping @Sendable () -> Void) {
        self.init {
            // SAFETY: the string lives as long as the call.
            unsafe clz4_name_thread(name)
            body()
        }
    }
}
