import Evaluation
import Events
import RouterState

@testable import RoutingSupport

/// The events of a history as they lie in a log: each with its bytes.
struct Journal {
    struct Line {
        var event: Event
        var bytes: [UInt8]

        init(_ event: Event) throws {
            bytes = []
            event.encode(into: &bytes)
            self.event = try Event(decoding: bytes)
        }
    }

    var lines: [Line]

    init(_ history: GatewayHistory) throws {
        lines = try history.events.map(Line.init)
    }

    /// The fold of the lines from one index on, up to another, of the fields that a fold asks for.
    func fold(
        _ indices: Range<Int>,
        from state: RouterState = RouterState()
    ) throws -> RouterState {
        var state = state
        for index in indices {
            let bytes = lines[index].bytes
            let event = try Event(decoding: bytes.span, fields: RouterState.fields)
            state.apply(event, sequence: UInt64(index + 1))
        }
        return state
    }

    /// What deciding everything again shows.
    func check(keepsAll: Bool = false) -> ReplayFindings {
        var check = ReplayCheck(keepsAll: keepsAll)
        for (index, line) in lines.enumerated() {
            _ = check.take(line.event, line.bytes.span, sequence: UInt64(index + 1))
        }
        return check.findings
    }
}
