import Events
import Providers
import WriteAheadLog

extension ProviderFailure {
    /// The failure of an attempt that was to be durable first, and is not.
    init(notDurable error: LogError) {
        self.init(.ownShortage, "the attempt's start is not durable: \(error)")
    }

    /// The failure of an attempt that Logway itself ended.
    static func stopped(clientGone: Bool) -> ProviderFailure {
        clientGone
            ? ProviderFailure(.clientGone, "the client hung up")
            : ProviderFailure(.interrupted, "Logway is stopping")
    }
}
