import Events
import Foundation
import RouterState

extension ProviderStatus {
    /// The status for scripts: one JSON object.
    public var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            let document = Document(
                time: time.description,
                providers: rows.map { Provider($0, at: time) },
                fieldsLeftOut: leftOut.map {
                    LeftOut(family: $0.family.name, field: $0.kind, requests: $0.requests)
                },
                doubtedClock: doubtedClock.map {
                    DoubtedClock(clock: "\($0.clock)", expected: "\($0.expected)")
                }
            )
            return String(decoding: try encoder.encode(document), as: UTF8.self)
        }
    }

    private struct Document: Encodable {
        var time: String
        var providers: [Provider]
        var fieldsLeftOut: [LeftOut]
        var doubtedClock: DoubtedClock?

        enum CodingKeys: String, CodingKey {
            case time
            case providers
            case fieldsLeftOut = "fields_left_out"
            case doubtedClock = "doubted_clock"
        }
    }

    private struct DoubtedClock: Encodable {
        var clock: String
        var expected: String
    }

    private struct LeftOut: Encodable {
        var family: String
        var field: String
        var requests: Int
    }

    private struct Failure: Encodable {
        var time: String
        var failure: String
        var model: String?
        var message: String?
    }

    private struct HeldModel: Encodable {
        var model: String
        var until: String
    }

    private struct ModelDetail: Encodable {
        var model: String
        var loaded: Bool?
        var contextWindow: Int?
        var loadedContext: Int?
        var kind: String?

        init(_ model: ListedModel) {
            self.model = model.name
            loaded = model.isLoaded
            contextWindow = model.contextWindow
            loadedContext = model.loadedContext
            kind = model.kind
        }

        enum CodingKeys: String, CodingKey {
            case model
            case loaded
            case contextWindow = "context_tokens"
            case loadedContext = "loaded_context_tokens"
            case kind
        }
    }

    private struct OpenModel: Encodable {
        var model: String
        var breaker: String
        var openUntil: String?
        var consecutiveFailures: Int

        init(_ line: ProviderStatus.ModelBreaker) {
            model = line.model
            openUntil = line.until?.description
            breaker = openUntil == nil ? "half-open" : "open"
            consecutiveFailures = line.consecutiveFailures
        }

        enum CodingKeys: String, CodingKey {
            case model
            case breaker
            case openUntil = "breaker_open_until"
            case consecutiveFailures = "consecutive_failures"
        }
    }

    private struct Pool: Encodable {
        var time: String
        var open: Int
        var idle: Int
        var running: Int
        var waiting: Int
        var connectionLimit: Int
        var queueLimit: Int
        var requests: Int
        var reused: Int
        var refused: Int
        var keptOpen: Int

        init(_ reading: PoolReading, at time: Timestamp) {
            self.time = time.description
            open = reading.open
            idle = reading.idle
            running = reading.inUse
            waiting = reading.queued
            connectionLimit = reading.connectionLimit
            queueLimit = reading.queueLimit
            requests = reading.requests
            reused = reading.reused
            refused = reading.refused
            keptOpen = reading.keptOpen
        }

        enum CodingKeys: String, CodingKey {
            case time
            case open
            case idle
            case running
            case waiting
            case connectionLimit = "connection_limit"
            case queueLimit = "queue_limit"
            case requests
            case reused
            case refused
            case keptOpen = "kept_open"
        }
    }

    private struct Lane: Encodable {
        var name: String
        var weight: Int
        var running: Int
        var attempts: Int
        var failures: Int
        var latency: Int?
        var keyRejectedUntil: String?
        var restsUntil: String?

        init(_ lane: LaneStatus) {
            name = lane.name
            weight = lane.weight
            running = lane.running
            attempts = lane.record.begun
            failures = lane.record.failures
            latency =
                lane.record.latencyMicroseconds == 0 ? nil : lane.record.latencyMicroseconds
            keyRejectedUntil = lane.keyRejectedUntil?.description
            restsUntil = lane.restsUntil?.description
        }

        enum CodingKeys: String, CodingKey {
            case name
            case weight
            case running
            case attempts
            case failures
            case latency = "latency_us"
            case keyRejectedUntil = "key_rejected_until"
            case restsUntil = "rests_until"
        }
    }

    private struct Provider: Encodable {
        var name: String
        var type: String
        var family: String
        var priority: Int
        var local: Bool
        var defaultModel: String?
        /// What takes its place where it is absent.
        var standIn: String?
        var models: [String]
        /// What the server tells of them; empty where it tells nothing.
        var modelDetails: [ModelDetail]
        var status: String
        var availability: Double?
        var errorRate: Double?
        var meanLatency: Int64?
        var breaker: String
        var breakerOpenUntil: String?
        var consecutiveFailures: Int
        var modelBreakers: [OpenModel]
        var keyRejectedUntil: String?
        var heldModels: [HeldModel]
        var lanes: [Lane]
        var costToday: Int64
        var unknownCostsToday: Int
        var recentFailures: [Failure]
        /// What the connections were doing at the last probe.
        var pool: Pool?

        init(_ row: Row, at time: Timestamp) {
            name = row.provider.name
            type = row.provider.type
            family = row.provider.family.name
            priority = row.provider.priority
            local = row.provider.isLocal
            defaultModel = row.provider.defaultModel
            standIn = row.standIn
            models = row.models
            modelDetails = row.modelDetails.map(ModelDetail.init)
            status = row.condition.rawValue
            availability = row.health.availability(at: time)
            errorRate = row.health.errorRate(at: time)
            meanLatency = row.health.meanLatency(at: time)?.microseconds
            switch row.breaker {
            case .closed: breaker = "closed"
            case .open(let until):
                breaker = "open"
                breakerOpenUntil = until.description
            case .halfOpen: breaker = "half-open"
            }
            consecutiveFailures = row.consecutiveFailures
            modelBreakers = row.modelBreakers.map(OpenModel.init)
            keyRejectedUntil = row.keyRejectedUntil?.description
            heldModels = row.heldModels.sorted { $0.key < $1.key }.map {
                HeldModel(model: $0.key, until: $0.value.description)
            }
            lanes = row.lanes.map(Lane.init)
            costToday = row.today.cost.count
            unknownCostsToday = row.today.unknownCosts
            if let reading = row.health.pool, let time = row.health.lastProbe {
                pool = Pool(reading, at: time)
            }
            recentFailures = row.health.recentFailures.reversed().map {
                Failure(
                    time: $0.time.description,
                    failure: $0.kind.name,
                    model: $0.model,
                    message: $0.message
                )
            }
        }

        enum CodingKeys: String, CodingKey {
            case name
            case type
            case family
            case priority
            case local
            case defaultModel = "default_model"
            case standIn = "stand_in_model"
            case models
            case modelDetails = "model_details"
            case status
            case availability
            case errorRate = "error_rate"
            case meanLatency = "mean_latency_us"
            case breaker
            case breakerOpenUntil = "breaker_open_until"
            case consecutiveFailures = "consecutive_failures"
            case modelBreakers = "model_breakers"
            case keyRejectedUntil = "key_rejected_until"
            case heldModels = "held_models"
            case lanes
            case costToday = "cost_today_nanodollars"
            case unknownCostsToday = "attempts_of_unknown_cost_today"
            case recentFailures = "recent_failures"
            case pool
        }
    }
}
