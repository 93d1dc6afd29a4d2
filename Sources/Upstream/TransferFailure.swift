import CCurl
import Glibc

extension EasyHandle {
    /// How the transfer ended, from libcurl's code and what this side knows.
    func ending(of transfer: Transfer, code: CURLcode) -> Mailbox.Ending {
        if code == CURLE_OK && transfer.hasHead { return .complete }
        return .failed(error(of: transfer, code: code))
    }

    private func error(of transfer: Transfer, code: CURLcode) -> UpstreamError {
        if let refusal = transfer.refusal { return refusal }
        let endpoint = transfer.endpoint
        if let shortage = shortage(of: transfer, code: code) {
            return .system("no connection to \(endpoint), since this machine lacks \(shortage)")
        }
        if lacksPort(transfer, code) { return .noLocalPort(endpoint: endpoint) }
        switch code {
        // Without a whole head: libcurl takes the end of the connection for the end of the answer.
        case CURLE_OK: return .cut(endpoint: endpoint, bytesReceived: 0)
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
            return .resolveFailed(endpoint: endpoint)
        case CURLE_COULDNT_CONNECT:
            // SAFETY: a live handle, asked for a long.
            let number = unsafe ccurl_easy_get_long(handle, CURLINFO_OS_ERRNO)
            return number == Int(ECONNREFUSED)
                ? .connectionRefused(endpoint: endpoint) : .connectionFailed(endpoint: endpoint)
        case CURLE_OPERATION_TIMEDOUT:
            // Of all limits only the connect timeout is libcurl's; it has 300 s if none was given.
            let limit = transfer.timeouts.connect ?? .seconds(300)
            return .connectTimeout(endpoint: endpoint, limit: limit)
        case CURLE_URL_MALFORMAT, CURLE_LOGIN_DENIED: return .badURL("it can't be parsed")
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_PINNEDPUBKEYNOTMATCH:
            return .tls(endpoint: endpoint, reason: text(of: code))
        case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR,
            CURLE_HTTP2_STREAM, CURLE_HTTP2:
            return .cut(endpoint: endpoint, bytesReceived: transfer.bodyBytes)
        case CURLE_OUT_OF_MEMORY:
            // A header line beyond libcurl's own limit of 100 KiB ends as out of memory.
            return transfer.hasHead
                ? .system("libcurl: \(text(of: code))")
                : .headerTooLarge(endpoint: endpoint, limit: ResponseHeadParser.byteLimit)
        default: return .protocolViolation(endpoint: endpoint, reason: text(of: code))
        }
    }

    /// What this machine lacked, so that the transfer failed; `nil` where it lacked nothing.
    ///
    /// What fails for want of it looks like the upstream's failure: libcurl can't tell a name without
    /// an address from a lookup that got no descriptor, nor a damaged file of certificates from one
    /// that could not be opened. So after those the system is asked for a descriptor.
    private func shortage(of transfer: Transfer, code: CURLcode) -> String? {
        switch code {
        case CURLE_COULDNT_CONNECT:
            if let number = transfer.socketRefusal { return MachineShortage.words(for: number) }
            // SAFETY: a live handle, asked for a long.
            return MachineShortage.words(
                for: Int32(unsafe ccurl_easy_get_long(handle, CURLINFO_OS_ERRNO))
            )
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CONNECT_ERROR:
            return sockets.descriptorRefusal().flatMap(MachineShortage.words)
        default: return nil
        }
    }

    /// Whether every local port is in use towards the upstream's address.
    ///
    /// A machine without IPv6 says so of its addresses too, and then lacks no port.
    private func lacksPort(_ transfer: Transfer, _ code: CURLcode) -> Bool {
        guard code == CURLE_COULDNT_CONNECT, !transfer.triedIPv6 else { return false }
        // SAFETY: a live handle, asked for a long.
        return unsafe ccurl_easy_get_long(handle, CURLINFO_OS_ERRNO) == Int(EADDRNOTAVAIL)
    }

    /// libcurl's text for a code: a constant, so it holds nothing of the request.
    private func text(of code: CURLcode) -> String {
        // SAFETY: a static string that ends in NUL.
        unsafe String(cString: curl_easy_strerror(code))
    }
}
