import Events
import JSONBytes
import Providers

extension ClientError {
    /// Adds the word by which Anthropic's SDK knows that a conversation can't be kept here, and goes
    /// on with the whole of it.
    ///
    /// Its `tool_runner` asks for a `thread` by default, which Anthropic keeps; the SDK (2.14) then looks for
    /// `error.details.error_code`.
    mutating func tellOfThread(of request: ClientRequest, refused decision: RouteDecided) {
        guard request.api == .messages,
            decision.excluded.contains(where: { $0.fields.contains("thread") })
        else { return }
        do {
            let kind = try request.root.member("thread")?.member("type")
            let isNew = kind?.isString("continue") != true
            var known = JSONSplice(try JSONSlice(validating: details ?? Array("{}".utf8)))
            known.set("error_code", to: isNew ? "thread_unsupported_request" : "thread_not_found")
            details = known.bytes
        } catch {
            // Two members of one name: the message alone says what is wrong.
        }
    }
}
