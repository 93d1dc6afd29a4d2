import Events
import JSONBytes
import RouterState

extension QuotaStatus {
    /// The status for scripts: one JSON object, members sorted by name.
    public var json: String {
        JSONWriter.text(.indented) { status in
            status.array("quotas") { quotas in
                for row in rows { quotas.object { row.write(to: &$0) } }
            }
            status.member("time", time.description)
            status.member("unlimited", unlimited)
        }
    }
}

extension QuotaStatus.Row {
    fileprivate func write(to quota: inout JSONWriter) {
        quota.member("elsewhere", window.elsewhere)
        quota.member("estimated", window.estimated)
        quota.member("key", key)
        quota.member("kind", kind.word)
        quota.member("limit", limit)
        quota.member("model", ifPresent: model)
        quota.member("provider", provider)
        quota.member("remaining", remaining)
        quota.member("reserved", window.reserved)
        quota.member("resets_at", ifPresent: resetsAt?.description)
        quota.member("source", isTold ? "provider" : "configuration")
        quota.member("used", window.used)
        quota.member("warned_percent", ifPresent: window.warned == 0 ? nil : window.warned)
    }
}
