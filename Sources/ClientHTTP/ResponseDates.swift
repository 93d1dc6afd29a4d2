import Events
import Synchronization

/// The text of responses' `Date` field (RFC 9110, section 5.6.7), made once a second.
final class ResponseDates: Sendable {
    private struct Made {
        var second: Int64 = -1
        var text = ""
    }
    private let made = Mutex(Made())

    func text(at time: Timestamp) -> String {
        let second = time.microseconds / 1_000_000
        return made.withLock { made in
            if made.second != second { made = Made(second: second, text: Self.format(second)) }
            return made.text
        }
    }

    /// The text for an instant.
    static func format(of time: Timestamp) -> String { format(time.microseconds / 1_000_000) }

    /// Such as `Sun, 06 Nov 1994 08:49:37 GMT`.
    static func format(_ second: Int64) -> String {
        let date = Timestamp(microseconds: second * 1_000_000).date
        let time = second % 86_400
        // 1970-01-01 was a Thursday.
        let day = days[Int(second / 86_400 % 7)]
        return "\(day), \(two(Int64(date.day))) \(months[date.month - 1]) \(date.year) "
            + "\(two(time / 3_600)):\(two(time / 60 % 60)):\(two(time % 60)) GMT"
    }

    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
