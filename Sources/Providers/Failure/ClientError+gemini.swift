import Events
import JSONBytes

/// Errors in the shape of Google's APIs.
///
/// Source: Google's "API design guide", "Errors" (AIP-193): `google.rpc.Status` with `ErrorInfo` and
/// `RetryInfo` in its `details`; November 2026.
extension ClientError {
    /// Writes the members of `error`: its number, what happened, its word, and what Logway knows.
    func writeGemini(to error: inout JSONWriter, _ time: Timestamp) {
        error.member("code", status)
        error.member("message", message)
        error.member("status", geminiStatus)
        error.array("details") { list in
            list.object { info in
                info.member("@type", "type.googleapis.com/google.rpc.ErrorInfo")
                info.member("reason", code.uppercased())
                info.member("domain", "logway")
                info.object("metadata") { metadata in
                    metadata.member("requestId", requestID)
                    metadata.member("time", time.description)
                    metadata.member("field", ifPresent: param)
                }
            }
            if let retryAfter {
                list.object { retry in
                    retry.member("@type", "type.googleapis.com/google.rpc.RetryInfo")
                    retry.member("retryDelay", "\(retryAfter)s")
                }
            }
            if let details {
                list.object { own in
                    own.member("@type", "logway/details")
                    own.name("value")
                    own.write(valid: details)
                }
            }
        }
    }

    /// Google's word for the status (`google.rpc.Code`, its table of HTTP statuses).
    private var geminiStatus: String {
        switch status {
        case 401: "UNAUTHENTICATED"
        case 403: "PERMISSION_DENIED"
        case 404: "NOT_FOUND"
        case 409: "ABORTED"
        case 429: "RESOURCE_EXHAUSTED"
        case 499: "CANCELLED"
        case 501: "UNIMPLEMENTED"
        case 503: "UNAVAILABLE"
        case 504: "DEADLINE_EXCEEDED"
        case 500...: "INTERNAL"
        default: "INVALID_ARGUMENT"
        }
    }
}
