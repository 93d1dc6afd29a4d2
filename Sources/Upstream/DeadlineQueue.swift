/// When which slot is due: a binary heap that is re-armed lazily.
///
/// A slot keeps its entry while transfers come and go in it, and a later deadline leaves the entry
/// as it is: when the entry comes due, the owner computes the slot's true deadline and arms it
/// again. So in the steady state, where every transfer has the same limits, starting, ending and
/// receiving cost nothing here. Only an earlier deadline adds an entry, O(log n); the entry it
/// replaces is skipped when it surfaces.
struct DeadlineQueue {
    private struct Entry {
        var deadline: UInt64
        var slot: Int
    }

    private var heap: [Entry] = []
    /// Slot → the deadline of its live entry.
    private var armed: [UInt64?] = []

    /// The earliest time at which something may be due, in the unit that ``arm(_:at:)`` was given.
    var next: UInt64? { heap.first?.deadline }

    /// Makes sure that `slot` comes due at `deadline` or before.
    mutating func arm(_ slot: Int, at deadline: UInt64) {
        while armed.count <= slot { armed.append(nil) }
        if let current = armed[slot], current <= deadline { return }
        armed[slot] = deadline
        heap.append(Entry(deadline: deadline, slot: slot))
        siftUp(heap.count - 1)
    }

    /// Takes out one slot whose entry is due; `nil` when there is none.
    mutating func popDue(at now: UInt64) -> Int? {
        while let first = heap.first, first.deadline <= now {
            removeFirst()
            guard armed[first.slot] == first.deadline else { continue }
            armed[first.slot] = nil
            return first.slot
        }
        return nil
    }

    private mutating func removeFirst() {
        let last = heap.removeLast()
        guard !heap.isEmpty else { return }
        heap[0] = last
        siftDown()
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].deadline < heap[parent].deadline else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].deadline < heap[least].deadline {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
