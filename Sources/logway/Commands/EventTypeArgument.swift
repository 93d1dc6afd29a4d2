import ArgumentParser
import Events

/// The type of an event on the command line, by its name.
struct EventTypeArgument: ExpressibleByArgument {
    private static let known: [EventBody] = [
        .requestReceived(.init()), .routeDecided(.init()), .attemptStarted(.init()),
        .attemptFinished(.init()), .requestCompleted(.init()), .healthProbed(.init()),
        .modelsListed(.init()), .feedbackReceived(.init()), .configurationApplied(.init()),
        .policyApplied(.init()), .pricesApplied(.init()), .nodeStarted(.init()),
        .nodeStopped(.init()), .logRecovered(.init()), .stateCarried(.init()),
        .segmentRetired(.init()), .monthClosed(.init()),
        .quotaTick(.init()), .quotaWarned(.init()), .budgetAlerted(.init()),
        .reservationExtended(.init()),
    ]
    static let allValueStrings = known.map(\.name)

    let name: String

    init?(argument: String) {
        guard Self.allValueStrings.contains(argument) || Self.isOfLaterBuild(argument) else {
            return nil
        }
        name = argument
    }

    /// Whether it names a type by its code, as events of a later build are shown.
    private static func isOfLaterBuild(_ name: String) -> Bool {
        let code = name.trimmingPrefix("Unknown")
        return code.count < name.count && UInt64(code) != nil
    }
}
