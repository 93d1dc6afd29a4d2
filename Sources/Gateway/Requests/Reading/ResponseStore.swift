import JSONBytes
import Providers
import Synchronization

/// The responses that clients may go on from by `previous_response_id`, and look up by their ids.
///
/// They are texts of users, which the log does not hold: so they are kept in memory, the newest of
/// them, and are gone with the process (docs/decisions/0041).
final class ResponseStore: Sendable {
    /// The bytes of all that is kept: a thousand long conversations.
    static let byteLimit = 64 << 20
    /// The bytes that an item takes besides its own: an array, its place in a list, its id.
    static let itemOverhead = 128
    /// How many are kept, so that looking for the place of one stays short.
    static let countLimit = 4_096

    /// A response and the conversation that it ends.
    struct Kept: Sendable {
        /// The response object.
        var object: [UInt8]
        /// The items of the request's input, each a JSON object.
        var input: [[UInt8]]
        /// The items of the response's output.
        var output: [[UInt8]]

        /// The ids of the output's items, in their order.
        var itemIDs: [String?]

        /// The bytes that are held for it; an item takes some even where it says nothing.
        var byteCount: Int {
            (input + output).reduce(object.count) { $0 + $1.count + ResponseStore.itemOverhead }
        }
    }

    fileprivate struct State {
        var kept: [String: Kept] = [:]
        /// The ids, oldest first.
        var order: [String] = []
        /// Where the items of outputs are, by their ids.
        var items: [String: (response: String, place: Int)] = [:]
        var byteCount = 0
    }

    private let state = Mutex(State())
    private let byteLimit: Int

    init(byteLimit: Int = ResponseStore.byteLimit) {
        self.byteLimit = byteLimit
    }

    /// The response with an id; `nil` when it is not kept, or not any more.
    subscript(id: String) -> Kept? { state.withLock { $0.kept[id] } }

    /// The item of a kept response with an id, a JSON object; `nil` when none has it.
    func item(_ id: String) -> [UInt8]? {
        state.withLock { state in
            state.items[id].flatMap { state.kept[$0.response]?.output[$0.place] }
        }
    }

    /// Keeps a response and lets go of the oldest ones beyond the limit; one that is beyond it alone is
    /// not kept.
    func keep(_ response: Kept, as id: String) {
        guard response.byteCount <= byteLimit else { return }
        state.withLock { state in
            state.remove(id)
            state.kept[id] = response
            state.order.append(id)
            state.byteCount += response.byteCount
            for (place, itemID) in response.itemIDs.enumerated() {
                if let itemID { state.items[itemID] = (id, place) }
            }
            while state.byteCount > byteLimit || state.order.count > Self.countLimit,
                let oldest = state.order.first
            {
                state.remove(oldest)
            }
        }
    }

    /// Keeps the response to a request, unless its client forbids that.
    ///
    /// - Throws: `RequestError` where the request or the response can't be read.
    func keep(_ body: [UInt8], to client: ClientRequest) throws {
        let asked = try client.root.scan(["store", "input"])
        if asked[0]?.bool == false { return }
        let found = try JSONSlice(validating: body).scan(["id", "output"])
        guard let id = found[0]?.string else { return }
        let output = found[1]?.elements.map { $0 } ?? []
        let response = Kept(
            object: body,
            input: asked[1]?.inputItems ?? [],
            output: output.map { Array($0.raw) },
            itemIDs: output.map { item in
                item.members.first { $0.name.isString("id") }?.value.string
            }
        )
        keep(response, as: id)
    }

    /// Forgets a response, and says whether it was there.
    func remove(_ id: String) -> Bool { state.withLock { $0.remove(id) } }
}

extension ResponseStore.State {
    @discardableResult
    fileprivate mutating func remove(_ id: String) -> Bool {
        guard let gone = kept.removeValue(forKey: id) else { return false }
        order.removeAll { $0 == id }
        byteCount -= gone.byteCount
        for itemID in gone.itemIDs.compactMap(\.self) where items[itemID]?.response == id {
            items[itemID] = nil
        }
        return true
    }
}
