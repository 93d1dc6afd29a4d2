/// The last of the items that were added, no more than asked for.
struct LastItems<Item> {
    /// As many more are let in before the first ones go, so that each one's way out is cheap.
    private static var slack: Int { 1_024 }
    private let limit: Int
    private var kept: [Item] = []

    /// Keeps the last `limit` items.
    init(_ limit: Int) {
        self.limit = limit
    }

    /// The items in the order of their arrival.
    var items: ArraySlice<Item> { kept.suffix(limit) }

    /// Adds an item.
    mutating func append(_ item: Item) {
        kept.append(item)
        // Written so that no limit overflows.
        if kept.count - limit >= max(limit, Self.slack) { kept.removeFirst(kept.count - limit) }
    }
}
