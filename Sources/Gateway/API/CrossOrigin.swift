import HTTPTypes
import Hummingbird

/// What a browser must hear before it lets a page read an answer (WHATWG Fetch, "CORS protocol").
///
/// Only for pages that are let through anyway: `CallerPolicy` has refused the others, and an answer to
/// them has none of these headers.
enum CrossOrigin {
    /// The bytes of the headers that a page may ask for; what SDKs send has a few hundred.
    private static let namesLimit = 4_096
    /// How long a browser may remember what it was told, in seconds: two hours is Chromium's most.
    private static let maxAge = "7200"
    /// Every method that some path has.
    private static let methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"

    /// Whether the request only asks whether another one may be sent.
    static func isPreflight(_ request: Request) -> Bool {
        request.method == .options && request.headers[.accessControlRequestMethod] != nil
    }

    /// What it is answered: any method and any headers, since the page is trusted.
    ///
    /// The path is not looked at, so that a page can read the 404 of one that there is not.
    static func preflight(_ request: Request) -> Response {
        var response = Response(status: .noContent)
        response.headers[.accessControlAllowMethods] = methods
        let names = request.headers[.accessControlRequestHeaders] ?? ""
        response.headers[.accessControlAllowHeaders] =
            names.isEmpty || names.utf8.count > namesLimit
            ? "authorization, content-type, x-api-key, anthropic-version" : names
        response.headers[.accessControlMaxAge] = maxAge
        // A page of a public network that asks a private one (WICG, "Private Network Access").
        if request.headers[.requestPrivateNetwork] == "true" {
            response.headers[.allowPrivateNetwork] = "true"
        }
        return response
    }

    /// Lets a page of this origin read the answer, all headers included.
    ///
    /// The origin itself and not `*`, so that a cache can't give the answer to another page.
    static func allow(_ origin: String, to read: inout Response) {
        if read.status != .noContent {
            read.headers[.accessControlExposeHeaders] =
                read.headers.map(\.name.rawName).joined(separator: ", ")
        }
        read.headers[.accessControlAllowOrigin] = origin
        read.headers.append(HTTPField(name: .vary, value: "origin"))
    }
}

extension HTTPField.Name {
    // The names are constants of the right form, so that building them can't fail.
    private static func own(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else { preconditionFailure("bad header \(name)") }
        return field
    }

    /// Whether a page of a public network may ask a private one, and that it may.
    fileprivate static let requestPrivateNetwork = own("access-control-request-private-network")
    fileprivate static let allowPrivateNetwork = own("access-control-allow-private-network")
}
