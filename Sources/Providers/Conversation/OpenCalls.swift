import JSONBytes

/// Calls that wait for their results, where results may name only the tool: each is taken once, the first
/// first.
///
/// A request may hold as many as fit into its body, so that none is looked for among all others.
struct OpenCalls {
    /// The calls of one id, or of one name, in their order; those before `next` are taken.
    private struct Line {
        var places: [Int] = []
        var next = 0
    }

    private var ids: [JSONSlice] = []
    private var isTaken: [Bool] = []
    private var byID: [String: Line] = [:]
    private var byName: [String: Line] = [:]
    private var first = 0

    mutating func add(id: JSONSlice, name: String) {
        byID[id.string ?? "", default: Line()].places.append(ids.count)
        byName[name, default: Line()].places.append(ids.count)
        ids.append(id)
        isTaken.append(false)
    }

    /// The id of the first open call with an id; `nil` if none has it.
    mutating func take(id: String) -> JSONSlice? {
        take(Self.first(of: &byID[id], isTaken))
    }

    /// The id of the first open call of a tool; `nil` if none is.
    mutating func take(name: String) -> JSONSlice? {
        take(Self.first(of: &byName[name], isTaken))
    }

    /// The id of the first open call; `nil` if none is.
    mutating func takeFirst() -> JSONSlice? {
        while first < ids.count, isTaken[first] { first += 1 }
        return take(first < ids.count ? first : nil)
    }

    private static func first(of line: inout Line?, _ isTaken: [Bool]) -> Int? {
        while let place = line?.places[at: line?.next ?? 0], isTaken[place] { line?.next += 1 }
        return line?.places[at: line?.next ?? 0]
    }

    private mutating func take(_ place: Int?) -> JSONSlice? {
        guard let place else { return nil }
        isTaken[place] = true
        return ids[place]
    }
}

extension [Int] {
    /// The element at a place; `nil` behind the last one.
    fileprivate subscript(at place: Int) -> Int? { place < count ? self[place] : nil }
}
