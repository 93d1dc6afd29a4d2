import ClientHTTP
import Events
import Hummingbird
import Ledger
import NIOCore
import Platform
import Providers

/// A request whose head is there: what it was sent to, and what is known of its client.
struct Arrival: Sendable {
    let request: Request
    /// The API of the endpoint.
    let api: ClientAPI
    /// What the path says, where it names the model.
    let address: ModelAddress?
    /// Where the request goes on to as it came.
    let passage: Passage?
    let channel: any Channel
    /// Whether its client is still there.
    let watch: ClientWatch
    /// When its head was read, on the monotonic clock.
    let start: Int64
    /// What its client identified itself with.
    let key: KnownSecret?
    /// What is recorded of it; the head's part, until its body is read.
    var received: RequestReceived
}
