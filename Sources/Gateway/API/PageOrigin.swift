/// The origin of the web page that sends a request, as its browser tells it (RFC 6454, section 7).
///
/// The gateway answers whoever reaches it, and every page that the user visits can reach this machine:
/// by a plain form, or by a name of its own that leads here (DNS rebinding). Its browser names it with
/// every POST, so pages of this machine may ask and those of websites may not. What is no website
/// (an extension, an editor's view) was installed by the user and may ask too.
struct PageOrigin {
    let text: String

    /// Whether the page comes from another machine, or from nowhere that it admits.
    var isForeign: Bool {
        if text == "null" { return true }
        for scheme in ["http://", "https://"] where text.hasPrefix(scheme) {
            let host = Authority(text.dropFirst(scheme.count)).host
            return !["localhost", "127.0.0.1", "[::1]"].contains(host)
        }
        return false
    }
}
