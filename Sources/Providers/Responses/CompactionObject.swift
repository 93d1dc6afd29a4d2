import Events
import JSONBytes

/// Writes what OpenAI's `/responses/compact` answers: the user's messages as they are, and behind them one
/// item for all the rest.
///
/// Sources: OpenAI's API reference, "Compact a response"; Codex takes `output` for its conversation from
/// then on. November 2026.
enum CompactionObject {
    static func write(
        _ content: AnswerContent,
        _ tally: AnswerTally,
        for request: ClientRequest,
        _ ids: AnswerIDs
    ) throws(ProviderFailure) -> [UInt8] {
        let object = ResponseObject(of: request, ids)
        let items = ResponseItem.items(of: content, in: object)
        guard items.contains(where: { !$0.text.isEmpty }) else {
            // An empty summary would take the place of the whole conversation.
            throw ProviderFailure(.invalidResponse, "the model wrote no summary")
        }
        var writer = JSONWriter(capacity: 2_048)
        writer.object { root in
            root.member("id", object.id)
            root.member("object", "response.compaction")
            root.member("created_at", Int(ids.identity.created.microseconds / 1_000_000))
            root.member("model", tally.model ?? ids.identity.model)
            root.array("output") { output in
                for message in userMessages(of: request) { output.write(message) }
                for item in items { item.write(to: &output) }
            }
            root.object("usage") { ResponseObject.write(tally.usage, to: &$0) }
        }
        return writer.bytes
    }

    private static func userMessages(of request: ClientRequest) -> [JSONSlice] {
        let input = request.root.members.first { $0.name.isString("input") }?.value
        return input?.elements.filter { item in
            let members = Array(item.members)
            let type = members.first { $0.name.isString("type") }?.value
            let role = members.first { $0.name.isString("role") }?.value
            return (type == nil || type?.isString("message") == true)
                && role?.isString("user") == true
        } ?? []
    }
}
