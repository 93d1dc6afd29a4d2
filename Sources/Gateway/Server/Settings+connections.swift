import ClientHTTP
import Logging
import Platform
import Settings

extension Settings {
    /// How many clients may be connected: what is configured, as far as there are descriptors for it.
    func connectionLimit(_ logger: Logger) -> Int {
        let most = Descriptors.connections(
            wanted: server.maxConnections ?? ConnectionLimit.usual,
            least: ConnectionLimit.least,
            // A simulated provider's end of a connection is in this process too.
            perRequest: Descriptors.perRequest + (isSimulated ? 1 : 0)
        )
        if most < server.maxConnections ?? ConnectionLimit.usual {
            let files = Descriptors.limit.map(String.init) ?? "few"
            logger.warning(
                "at most \(most) clients may be connected, as this process may open \(files) files only"
            )
        }
        return most
    }
}
