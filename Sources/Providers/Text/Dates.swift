import Events

/// HTTP dates in the form that servers must send: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
enum HTTPDate {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    static func parse(_ text: String) -> Timestamp? {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let day = Int(words[1]),
            let month = months.firstIndex(of: String(words[2])), let year = Int(words[3])
        else { return nil }
        let date = CivilDate(year: year, month: month + 1, day: day)
        return date.at(time: words[4])
    }
}

/// Instants in the form of RFC 3339: `2026-11-21T09:30:00.5Z`, `…+01:00`.
enum RFC3339 {
    static func parse(_ text: String) -> Timestamp? {
        guard let mark = text.firstIndex(where: { "Tt ".contains($0) }) else { return nil }
        let parts = text[..<mark].split(separator: "-").map { Int($0) }
        guard parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2],
            (1...12).contains(month), (1...31).contains(day), (1970...9999).contains(year)
        else { return nil }
        let date = CivilDate(year: year, month: month, day: day)
        var time = text[text.index(after: mark)...]
        if time.last == "Z" || time.last == "z" { return date.at(time: time.dropLast()) }
        guard let sign = time.lastIndex(where: { "+-".contains($0) }) else { return nil }
        let offset = time[time.index(after: sign)...].split(separator: ":").compactMap { Int($0) }
        let isAhead = time[sign] == "+"
        time = time[..<sign]
        guard offset.count == 2, let instant = date.at(time: time) else { return nil }
        let seconds = offset[0] * 3_600 + offset[1] * 60
        return instant + .seconds(isAhead ? -seconds : seconds)
    }
}

extension CivilDate {
    /// The instant at a time of this day in UTC: `09:30:00` or `09:30:00.25`.
    fileprivate func at(time: Substring) -> Timestamp? {
        let parts = time.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, let hour = Int(parts[0]), let minute = Int(parts[1]),
            let second = Double(parts[2]), (0...23).contains(hour), (0...59).contains(minute),
            (0..<61).contains(second), (1970...9999).contains(year), (1...31).contains(day)
        else { return nil }
        return start + .seconds(hour * 3_600 + minute * 60)
            + .microseconds(Int64(second * 1e6 + 0.5))
    }
}
