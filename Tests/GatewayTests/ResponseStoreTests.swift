import Testing

@testable import Gateway

@Suite("Kept responses")
struct ResponseStoreTests {
    private func response(_ bytes: Int) -> ResponseStore.Kept {
        ResponseStore.Kept(
            object: [UInt8](repeating: 1, count: bytes),
            input: [],
            output: [],
            itemIDs: []
        )
    }

    @Test func `the oldest go when the limit is reached`() {
        let store = ResponseStore(byteLimit: 100)
        for id in ["a", "b", "c"] { store.keep(response(40), as: id) }
        #expect(store["a"] == nil)
        #expect(store["b"] != nil)
        #expect(store["c"] != nil)
    }

    @Test func `one beyond the limit is not kept, and nothing of it is counted`() {
        let store = ResponseStore(byteLimit: 100)
        store.keep(response(101), as: "huge")
        #expect(store["huge"] == nil)
        store.keep(response(50), as: "a")
        store.keep(response(50), as: "b")
        #expect(store["a"] != nil)
        #expect(store["b"] != nil)
    }

    @Test func `the oldest go when there are too many`() {
        let store = ResponseStore()
        for number in 0...ResponseStore.countLimit { store.keep(response(1), as: "\(number)") }
        #expect(store["0"] == nil)
        #expect(store["1"] != nil)
        #expect(store["\(ResponseStore.countLimit)"] != nil)
    }

    @Test func `what is removed makes room and is gone`() {
        let store = ResponseStore(byteLimit: 100)
        store.keep(response(90), as: "a")
        #expect(store.remove("a"))
        #expect(!store.remove("a"))
        store.keep(response(90), as: "b")
        #expect(store["b"] != nil)
    }

    @Test func `keeping under the same id again counts once`() {
        let store = ResponseStore(byteLimit: 100)
        for _ in 0..<3 { store.keep(response(60), as: "a") }
        #expect(store["a"] != nil)
    }
}
