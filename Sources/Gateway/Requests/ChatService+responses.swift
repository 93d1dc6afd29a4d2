import JSONBytes
import Logging
import Providers

extension ChatService {
    /// The body of a request as it is read: one that goes on from an earlier response gets the whole
    /// conversation as its input.
    ///
    /// - Throws: `RequestError` when that response is not kept.
    func prepared(_ body: [UInt8], for api: ClientAPI) throws(RequestError) -> [UInt8] {
        guard api == .responses else { return body }
        let root: JSONSlice
        let found: [JSONSlice?]
        do {
            root = try JSONSlice(validating: body)
            found = try root.scan(["previous_response_id", "input"])
        } catch {
            // Whoever reads the request says what is wrong with it.
            return body
        }
        guard root.kind == .object, let id = found[0]?.string else { return body }
        guard let previous = responses[id] else {
            throw RequestError(
                "there is no response '\(id)': Logway keeps the newest ones, in memory, until it "
                    + "stops; send the whole conversation as input",
                field: "previous_response_id",
                code: "previous_response_not_found"
            )
        }
        var writer = JSONWriter(capacity: previous.byteCount + body.count)
        writer.array { items in
            for item in previous.input + previous.output { items.write(valid: item) }
            for item in found[1]?.inputItems ?? [] { items.write(valid: item) }
        }
        var splice = JSONSplice(root)
        splice.set("input", to: writer.bytes)
        return splice.bytes
    }

    /// Keeps a response for later requests, unless its client forbids that.
    func keepResponse(_ body: [UInt8], of running: RunningRequest) {
        guard running.client.api == .responses else { return }
        do {
            let asked = try running.client.root.scan(["store", "input"])
            if asked[0]?.bool == false { return }
            let found = try JSONSlice(validating: body).scan(["id", "output"])
            guard let id = found[0]?.string else { return }
            responses.keep(
                ResponseStore.Kept(
                    object: body,
                    input: asked[1]?.inputItems ?? [],
                    output: found[1]?.elements.map { Array($0.raw) } ?? []
                ),
                as: id
            )
        } catch {
            // Logway wrote the body and read the request: neither can be unreadable by now.
            logger.error("the response to \(running.id) could not be kept: \(error)")
        }
    }
}

extension JSONSlice {
    /// The items of a response's input, of which a text is short for one.
    fileprivate var inputItems: [[UInt8]] {
        guard kind == .string else { return elements.map { Array($0.raw) } }
        var writer = JSONWriter()
        writer.object { item in
            item.member("type", "message")
            item.member("role", "user")
            item.member("content", self)
        }
        return [writer.bytes]
    }
}
