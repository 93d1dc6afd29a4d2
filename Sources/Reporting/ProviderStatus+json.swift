import Events
import JSONBytes
import RouterState

extension ProviderStatus {
    /// The status for scripts: one JSON object, members sorted by name.
    public var json: String {
        JSONWriter.text(.indented) { status in
            if let doubtedClock {
                status.object("doubted_clock") { doubt in
                    doubt.member("clock", "\(doubtedClock.clock)")
                    doubt.member("expected", "\(doubtedClock.expected)")
                }
            }
            status.array("fields_left_out") { list in
                for field in leftOut {
                    list.object { object in
                        object.member("family", field.family.name)
                        object.member("field", field.kind)
                        object.member("requests", field.requests)
                    }
                }
            }
            status.array("providers") { providers in
                for row in rows { providers.object { row.write(to: &$0, at: time) } }
            }
            status.member("time", time.description)
        }
    }
}

extension ProviderStatus.Row {
    fileprivate func write(to object: inout JSONWriter, at time: Timestamp) {
        object.member("attempts_of_unknown_cost_today", today.unknownCosts)
        object.member("availability", ifPresent: health.availability(at: time))
        switch breaker {
        case .closed: object.member("breaker", "closed")
        case .open(let until):
            object.member("breaker", "open")
            object.member("breaker_open_until", until.description)
        case .halfOpen: object.member("breaker", "half-open")
        }
        object.member("consecutive_failures", consecutiveFailures)
        object.member("cost_today_nanodollars", today.cost.count)
        object.member("default_model", ifPresent: provider.defaultModel)
        object.member("error_rate", ifPresent: health.errorRate(at: time))
        object.member("family", provider.family.name)
        object.array("held_models") { list in
            for (model, until) in heldModels.sorted(by: { $0.key < $1.key }) {
                list.object { held in
                    held.member("model", model)
                    held.member("until", until.description)
                }
            }
        }
        object.member("key_rejected_until", ifPresent: keyRejectedUntil?.description)
        object.array("lanes") { list in
            for lane in lanes { list.object { lane.write(to: &$0) } }
        }
        object.member("local", provider.isLocal)
        object.member("mean_latency_us", ifPresent: health.meanLatency(at: time)?.microseconds)
        object.array("model_breakers") { list in
            for breaker in modelBreakers { list.object { breaker.write(to: &$0) } }
        }
        // What the server tells of them; empty where it tells nothing.
        object.array("model_details") { list in
            for model in modelDetails { list.object { model.write(to: &$0) } }
        }
        object.member("models", models)
        object.member("name", provider.name)
        // What the connections were doing at the last probe.
        if let pool = health.pool, let time = health.lastProbe {
            object.object("pool") { pool.write(to: &$0, at: time) }
        }
        object.member("priority", provider.priority)
        object.array("recent_failures") { list in
            for failure in health.recentFailures.reversed() {
                list.object { object in
                    object.member("failure", failure.kind.name)
                    object.member("message", ifPresent: failure.message)
                    object.member("model", ifPresent: failure.model)
                    object.member("time", failure.time.description)
                }
            }
        }
        // What takes the default's place where there is none.
        object.member("stand_in_model", ifPresent: standIn)
        object.member("status", condition.rawValue)
        object.member("type", provider.type)
    }
}

extension ProviderStatus.ModelBreaker {
    fileprivate func write(to object: inout JSONWriter) {
        object.member("breaker", until == nil ? "half-open" : "open")
        object.member("breaker_open_until", ifPresent: until?.description)
        object.member("consecutive_failures", consecutiveFailures)
        object.member("model", model)
    }
}

extension LaneStatus {
    fileprivate func write(to object: inout JSONWriter) {
        let latency = record.latencyMicroseconds
        object.member("attempts", record.begun)
        object.member("failures", record.failures)
        object.member("key_rejected_until", ifPresent: keyRejectedUntil?.description)
        object.member("latency_us", ifPresent: latency == 0 ? nil : latency)
        object.member("name", name)
        object.member("rests_until", ifPresent: restsUntil?.description)
        object.member("running", running)
        object.member("weight", weight)
    }
}

extension ListedModel {
    fileprivate func write(to object: inout JSONWriter) {
        object.member("context_tokens", ifPresent: contextWindow)
        object.member("kind", ifPresent: kind)
        object.member("loaded", ifPresent: isLoaded)
        object.member("loaded_context_tokens", ifPresent: loadedContext)
        object.member("model", name)
    }
}

extension PoolStatistics {
    fileprivate func write(to object: inout JSONWriter, at time: Timestamp) {
        object.member("connection_limit", connectionLimit)
        object.member("idle", idle)
        object.member("kept_open", keptOpen)
        object.member("open", open)
        object.member("queue_limit", queueLimit)
        object.member("refused", refused)
        object.member("requests", requests)
        object.member("reused", reused)
        object.member("running", inUse)
        object.member("time", time.description)
        object.member("waiting", queued)
    }
}
