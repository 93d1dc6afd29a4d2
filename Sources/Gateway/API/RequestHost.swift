/// The machine that a client believes to ask, as its `Host` header says (RFC 9110, section 7.2).
///
/// A website can let a name of its own lead to this machine (DNS rebinding). Its pages then share
/// that name's origin with the gateway, so their browser names them in no `Origin` header of a GET and
/// shows them what is answered; but it still sends the name. An address or `localhost` can't be
/// rebound. The gateway listens on loopback only, so it has no other name.
struct RequestHost {
    /// The header's value; `nil` for a client of HTTP/1.0 that sends none, which no browser is.
    let text: String?

    /// Whether the client asks for another machine than this.
    var isForeign: Bool {
        guard let text, !text.isEmpty else { return false }
        let authority = Authority(text[...])
        return !authority.isAddress && !authority.isLocalhost
    }
}
