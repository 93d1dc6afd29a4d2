/// When who failed is asked again, where nobody else is left.
public struct RetryPolicy: FieldRecord {
    /// How many times in a request; 0 for never.
    public var times: Int = 0
    /// The wait before the first one, in microseconds; each later one is twice as long.
    public var backoffMicroseconds: Int64 = 0
    /// The longest wait, in microseconds: who asks for a longer one is not asked again.
    public var longestMicroseconds: Int64 = 0

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "times", &times)
        visitor.field(2, "backoff_us", &backoffMicroseconds)
        visitor.field(3, "longest_us", &longestMicroseconds)
    }
}

/// That an attempt asks again who failed before.
public struct RetryReason: FieldRecord {
    /// Which retry of the request it is, from 1.
    public var number: Int = 0
    /// Microseconds that it waits before it is sent.
    public var waitMicroseconds: Int64 = 0

    /// A record with every field empty.
    public init() {}

    /// A retry after a wait.
    public init(_ number: Int, waitMicroseconds: Int64) {
        self.number = number
        self.waitMicroseconds = waitMicroseconds
    }

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "number", &number)
        visitor.field(2, "wait_us", &waitMicroseconds)
    }
}
