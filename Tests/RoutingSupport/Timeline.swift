import Events

/// What is to happen, by its time; of one instant, in the order it was put in.
struct Timeline<Element> {
    /// A binary heap: no element is before the one at half its index.
    private var heap: [(time: Timestamp, number: Int, element: Element)] = []
    private var inserted = 0

    mutating func insert(_ element: Element, at time: Timestamp) {
        heap.append((time, inserted, element))
        inserted += 1
        var index = heap.count - 1
        while index > 0, isBefore(index, (index - 1) / 2) {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    /// Takes out the first.
    mutating func next() -> (time: Timestamp, element: Element)? {
        guard !heap.isEmpty else { return nil }
        heap.swapAt(0, heap.count - 1)
        let first = heap.removeLast()
        var index = 0
        while true {
            let children = [2 * index + 1, 2 * index + 2].filter { $0 < heap.count }
            guard let least = children.min(by: { isBefore($0, $1) }), isBefore(least, index) else {
                return (first.time, first.element)
            }
            heap.swapAt(index, least)
            index = least
        }
    }

    private func isBefore(_ one: Int, _ other: Int) -> Bool {
        (heap[one].time, heap[one].number) < (heap[other].time, heap[other].number)
    }
}
