import Events
import JSONBytes

extension RequestRecord {
    /// The request as one JSON object: each event as in `logway log tail --json`, in its place.
    public var json: String {
        JSONWriter.text { record in
            record.member("request", "\(id)")
            record.member("received", ifPresent: received?.json(EventBody.requestReceived))
            record.member("decided", ifPresent: decided?.json(EventBody.routeDecided))
            record.array("attempts_started", of: started.map { $0.json(EventBody.attemptStarted) })
            if !extended.isEmpty {
                record.array(
                    "reservations_extended",
                    of: extended.map { $0.json(EventBody.reservationExtended) }
                )
            }
            record.array(
                "attempts_finished",
                of: finished.map { $0.json(EventBody.attemptFinished) }
            )
            record.member("completed", ifPresent: completed?.json(EventBody.requestCompleted))
            record.array("feedback", of: feedback.map { $0.json(EventBody.feedbackReceived) })
        }
    }
}

extension RequestRecord.Placed {
    fileprivate func json(_ wrap: (Content) -> EventBody) -> WrittenEvent {
        WrittenEvent(text: Event(wrap(content), at: time).json(sequence: sequence))
    }
}

/// An event that is JSON already.
private struct WrittenEvent: JSONWritable {
    let text: String

    func write(to writer: inout JSONWriter) { writer.write(valid: text.utf8) }
}
