/// Sums of a month that did not fit into its `MonthClosed`, which comes behind its parts.
///
/// Clients choose how many labels and models a month has, and a record has a limit.
public struct MonthPart: FieldRecord {
    /// The year.
    public var year: Int = 0
    /// The month, from 1 to 12.
    public var month: Int = 0
    /// The position of the `MonthClosed` that it is a part of.
    public var position: UInt64 = 0
    /// Its place among the parts, from 1.
    public var part: Int = 0
    /// More sums by provider.
    public var byProvider: [MonthLine] = []
    /// More sums by `provider:model`.
    public var byModel: [MonthLine] = []
    /// More sums by task.
    public var byTask: [MonthLine] = []
    /// More sums by label.
    public var byTag: [MonthLine] = []

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "year", &year)
        visitor.field(2, "month", &month)
        visitor.field(3, "position", &position)
        visitor.field(4, "part", &part)
        visitor.field(5, "by_provider", &byProvider)
        visitor.field(6, "by_model", &byModel)
        visitor.field(7, "by_task", &byTask)
        visitor.field(8, "by_tag", &byTag)
    }
}

extension MonthClosed {
    /// The bytes of sums that one record takes: a quarter of what a record may have, so that one more
    /// line always fits.
    public static let partLimit = 1 << 20

    /// The events that record it: itself where it is small enough, or else its sums in parts and then
    /// itself without them.
    ///
    /// Each is to be a group of its own, since a group has the limit of a record.
    public func events(partLimit: Int = MonthClosed.partLimit) -> [EventBody] {
        var cut = MonthPart()
        cut.year = year
        cut.month = month
        cut.position = position
        var parts: [MonthPart] = []
        var current = cut
        var room = partLimit
        func add(_ lines: [MonthLine], to table: WritableKeyPath<MonthPart, [MonthLine]>) {
            for line in lines {
                let bytes = line.encoded.count + 8
                if bytes > room, room < partLimit {
                    parts.append(current)
                    current = cut
                    room = partLimit
                }
                current[keyPath: table].append(line)
                room -= bytes
            }
        }
        add(byProvider, to: \.byProvider)
        add(byModel, to: \.byModel)
        add(byTask, to: \.byTask)
        add(byTag, to: \.byTag)
        guard !parts.isEmpty else { return [.monthClosed(self)] }
        parts.append(current)
        var rest = self
        rest.parts = parts.count
        (rest.byProvider, rest.byModel, rest.byTask, rest.byTag) = ([], [], [], [])
        return parts.enumerated().map { index, part in
            var part = part
            part.part = index + 1
            return .monthPart(part)
        } + [.monthClosed(rest)]
    }
}

/// Puts closings of months together again that were recorded in parts.
public struct MonthAssembly: Sendable {
    private var parts: [CalendarMonth: [MonthPart]] = [:]

    /// No part.
    public init() {}

    /// Whether parts of a closing were taken in whose end is still to come.
    public var isUnderWay: Bool { !parts.isEmpty }

    /// Takes in the next event.
    ///
    /// - Returns: the closing with all of its sums where the event ends one. One whose parts are not all
    ///   there is none: they went with retired segments, and it was recorded again before that, or a
    ///   crash left parts alone.
    public mutating func take(_ body: EventBody) -> MonthClosed? {
        switch body {
        case .monthPart(let part):
            let month = CalendarMonth(year: part.year, month: part.month)
            var known = part.part == 1 ? [] : parts[month] ?? []
            guard part.part == known.count + 1,
                known.last?.position ?? part.position == part.position
            else {
                parts[month] = nil
                return nil
            }
            known.append(part)
            parts[month] = known
            return nil
        case .monthClosed(var closed):
            let month = CalendarMonth(year: closed.year, month: closed.month)
            let known = parts.removeValue(forKey: month) ?? []
            guard closed.parts > 0 else { return closed }
            guard known.count == closed.parts, known.last?.position == closed.position else {
                return nil
            }
            for part in known {
                closed.byProvider += part.byProvider
                closed.byModel += part.byModel
                closed.byTask += part.byTask
                closed.byTag += part.byTag
            }
            closed.parts = 0
            return closed
        default: return nil
        }
    }
}
