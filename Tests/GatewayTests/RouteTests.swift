import HTTPTypes
import Providers
import Testing

@testable import Gateway

/// The list of paths.
struct RouteTests {
    @Test func `each path is there once, and each API has one`() {
        let paths = Route.all.map(\.path)
        #expect(Set(paths).count == paths.count)
        #expect(Set(Route.all.compactMap(\.api)) == Set(ClientAPI.allCases))
        for route in Route.all { #expect(!route.methods.isEmpty, "\(route.path)") }
    }

    @Test(arguments: [
        ("/v1/models", ["GET"]), ("/v1/models/a/b", ["GET"]), ("/v1beta/models/m", ["GET"]),
        ("/v1/files", ["GET", "POST"]), ("/v1/files/f/content", ["GET", "DELETE"]),
        ("/v1/responses", ["POST"]), ("/v1/responses/r", ["GET", "DELETE", "POST"]),
        ("/v1/responses/compact", ["POST"]), ("/v1alpha/tunedModels/m:anything", ["POST"]),
        ("/v1/models/m:generateContent", ["POST"]), ("/", ["GET"]),
    ])
    func `a path has its methods`(path: String, methods: [String]) {
        #expect(ServedPaths.methods(of: path)?.map(\.rawValue) == methods)
    }

    @Test(arguments: ["/v1/models/", "/v1/responses/", "/v1/files/", "/v1", "", "/v1/model"])
    func `a path that is none has no methods`(path: String) {
        #expect(ServedPaths.methods(of: path) == nil)
    }

    @Test(arguments: [
        // A path of its own, by the methods that it hasn't, is one of the collection.
        ("GET", "/v1/responses/compact", "/v1/responses/{id}", "compact"),
        ("POST", "/v1/responses/compact", "/v1/responses/compact", ""),
        // Which judges methods for itself.
        ("PUT", "/v1/responses/r", "/v1/responses/{id}", "r"),
        ("GET", "/v1/models/m:generateContent", "/v1/models/{id}", "m:generateContent"),
        ("GET", "/v1/models/a/b", "/v1/models/{id}", "a/b"),
        ("GET", "/v1/files/f/content", "/v1/files/{id}", "f/content"),
    ])
    func `a request goes to its route`(
        method: String,
        path: String,
        route: String,
        rest: String
    ) throws {
        let method = try #require(HTTPRequest.Method(rawValue: method))
        let found = try #require(Route.at(path, by: method))
        #expect(found.path == route)
        #expect(found.rest(of: path) == rest)
    }

    @Test(arguments: [
        ("DELETE", "/v1/models/m"), ("POST", "/v1/models/m"), ("GET", "/v1/messages"),
        ("POST", "/v1/files/f"), ("GET", "/v1/images/edits"), ("PUT", "/api/chat"),
    ])
    func `no route takes a method that the path hasn't`(method: String, path: String) throws {
        let method = try #require(HTTPRequest.Method(rawValue: method))
        #expect(Route.at(path, by: method) == nil)
        #expect(Route.at(path) != nil)
    }

    @Test func `every path that passes is one of a passage`() {
        for served in Passage.served {
            for method in served.methods {
                let path = "/v1" + served.path
                let passage = Passage(method: method, path: path, query: nil)
                #expect(passage?.api == served.api, "\(method) \(path)")
                #expect(passage?.template == path)
            }
        }
    }
}
