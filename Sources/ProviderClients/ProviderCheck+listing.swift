import Catalog
import Events
import Platform
import Providers
import Settings
import Upstream

extension ProviderCheck {
    /// What asking for the model list showed.
    struct Listing {
        var connection: CheckStep
        var models: ModelList.Page?
        var failure: ProviderFailure?
        var headers: UpstreamHeaders?
        var microseconds: Int64 = 0
    }

    /// Asks for the model list, which costs nothing.
    func listing() async -> Listing {
        let start = Clocks.monotonicMicroseconds
        let exchange = upstream.start(connection.modelsRequest(from: nil))
        let place = connection.endpoint.baseURL
        do throws(UpstreamError) {
            let head = try await exchange.head()
            let body = try await exchange.collect(limit: ModelListing.byteLimit)
            let time = Clocks.monotonicMicroseconds - start
            var listing = Listing(
                connection: CheckStep(
                    "connection",
                    .passed,
                    Self.describe(exchange.timings, head, place),
                    microseconds: exchange.timings.map { max($0.connect, $0.tls) }
                )
            )
            listing.headers = head.headers
            listing.microseconds = time
            read(head, body, into: &listing)
            return listing
        } catch {
            return Listing(connection: CheckStep("connection", .failed, "\(error)"))
        }
    }

    private func read(_ head: UpstreamHead, _ body: [UInt8], into listing: inout Listing) {
        do throws(ProviderFailure) {
            guard (200..<300).contains(head.status) else {
                throw ProviderFailure.classify(
                    status: head.status,
                    headers: { head.headers[$0] },
                    body: body,
                    family: connection.endpoint.family,
                    now: Clocks.wall
                )
            }
            listing.models = try ModelList.parse(body, family: connection.endpoint.family)
        } catch {
            listing.failure = error.masked(by: connection.keys)
        }
    }

    private static func describe(
        _ timings: UpstreamTimings?,
        _ head: UpstreamHead,
        _ place: String
    ) -> String {
        var parts = [place]
        if let timings {
            if timings.nameLookup > 0 { parts.append("name \(milliseconds(timings.nameLookup))") }
            if timings.connect > 0 { parts.append("connected \(milliseconds(timings.connect))") }
            if timings.tls > 0 { parts.append("TLS \(milliseconds(timings.tls))") }
        }
        parts.append(head.httpVersion == .http2 ? "HTTP/2" : "HTTP/1.1")
        return parts.joined(separator: ", ")
    }

    static func milliseconds(_ microseconds: Int64) -> String {
        "\(microseconds / 1_000).\(microseconds % 1_000 / 100) ms"
    }

    /// Whether the provider takes the key.
    func keyStep(_ listing: Listing) async -> CheckStep {
        if listing.failure?.kind == .keyRejected {
            let advice = "check `apiKey`, or the variable that holds it"
            return CheckStep("key", .failed, "\(listing.failure?.message ?? "refused"); \(advice)")
        }
        guard settings.apiKey != nil else {
            return CheckStep("key", .passed, "none is set, and none was asked for")
        }
        guard let url = settings.type.keyURL(baseURL: connection.endpoint.baseURL) else {
            guard listing.failure == nil else {
                return CheckStep("key", .skipped, "the provider did not say")
            }
            return CheckStep("key", .passed, "the model list was given for it")
        }
        return await askAboutKey(url)
    }

    private func askAboutKey(_ url: String) async -> CheckStep {
        var request = connection.modelsRequest(from: nil)
        request.url = url
        let start = Clocks.monotonicMicroseconds
        let exchange = upstream.start(request)
        do throws(UpstreamError) {
            let head = try await exchange.head()
            let body = try await exchange.collect(limit: ProviderConnection.errorBodyLimit)
            let time = Clocks.monotonicMicroseconds - start
            guard (200..<300).contains(head.status) else {
                let failure = ProviderFailure.classify(
                    status: head.status,
                    headers: { head.headers[$0] },
                    body: body,
                    family: connection.endpoint.family,
                    now: Clocks.wall
                ).masked(by: connection.keys)
                return CheckStep("key", .failed, failure.message, microseconds: time)
            }
            return CheckStep("key", .passed, "accepted", microseconds: time)
        } catch {
            return CheckStep("key", .failed, "\(error)")
        }
    }
}
