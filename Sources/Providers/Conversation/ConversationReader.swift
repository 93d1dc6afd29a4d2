import JSONBytes

/// What reads the requests of a client API into a `Conversation`.
protocol ConversationReader {
    var conversation: Conversation { get set }
}

extension ConversationReader {
    /// Reads the messages or items of a conversation in order; those up to the place `last`, the last of
    /// the model's, are the past.
    ///
    /// A client can't take back what it has said: what can't be read of the past is reported as dropped.
    /// - Throws: what `read` throws at an element of the current turn.
    mutating func readTurns(
        _ elements: [Field],
        pastUpTo last: Int?,
        _ read: (inout Self, Field) throws(RequestError) -> Void
    ) throws(RequestError) {
        for (index, element) in elements.enumerated() {
            conversation.isPast = index <= last ?? -1
            do throws(RequestError) {
                try read(&self, element)
            } catch {
                guard conversation.isPast else { throw error }
                conversation.note(.foreign, at: error.field ?? element.path)
            }
        }
        conversation.isPast = false
    }
}

extension [Field] {
    /// The place of the last message that is the assistant's.
    var lastOfAssistant: Int? {
        lastIndex { message in
            message.value.members.contains {
                $0.name.isString("role") && $0.value.isString("assistant")
            }
        }
    }
}
