import Events

extension RequestRecord {
    /// The request as one JSON object: each event as in `logway log tail --json`, in its place.
    public var json: String {
        var parts = ["\"request\":\"\(id)\""]
        func add(_ name: String, _ event: String?) {
            if let event { parts.append("\"\(name)\":\(event)") }
        }
        func list(_ name: String, _ events: [String]) {
            parts.append("\"\(name)\":[" + events.joined(separator: ",") + "]")
        }
        add("received", received.map { $0.json(EventBody.requestReceived) })
        add("decided", decided.map { $0.json(EventBody.routeDecided) })
        list("attempts_started", started.map { $0.json(EventBody.attemptStarted) })
        if !extended.isEmpty {
            list("reservations_extended", extended.map { $0.json(EventBody.reservationExtended) })
        }
        list("attempts_finished", finished.map { $0.json(EventBody.attemptFinished) })
        add("completed", completed.map { $0.json(EventBody.requestCompleted) })
        list("feedback", feedback.map { $0.json(EventBody.feedbackReceived) })
        return "{" + parts.joined(separator: ",") + "}"
    }
}

extension RequestRecord.Placed {
    fileprivate func json(_ wrap: (Content) -> EventBody) -> String {
        Event(wrap(content), at: time).json(sequence: sequence)
    }
}
