import CCurl

/// One of libcurl's easy handles, used by one transfer after the other where that is safe.
///
/// Options that are the same for every transfer are set once; those that differ are all set by
/// ``prepare(_:)``, so no `curl_easy_reset` is needed in between. Confined to the transfer thread.
@safe final class EasyHandle {
    /// Whether a handle may carry a second transfer.
    ///
    /// Below 8.1.1 libcurl writes to freed memory where the first header line of a second transfer
    /// begins with a space, which any provider can send (curl issue 11101, since 7.83).
    static let mayBeUsedAgain = libcurlVersion >= 0x08_01_01 || libcurlVersion < 0x07_53_00

    // SAFETY: libcurl's own constant structure.
    private static let libcurlVersion = unsafe curl_version_info(CURLVERSION_FIRST).pointee
        .version_num

    /// The handle; this object is its one owner.
    let handle: UnsafeMutableRawPointer
    /// The transfer it carries; callbacks find it through here.
    private(set) var transfer: Transfer?
    let deliveries: PendingDeliveries
    let sockets: SocketTable
    let bodyLimit: Int

    init(
        options: UpstreamOptions,
        deliveries: PendingDeliveries,
        sockets: SocketTable
    ) throws(UpstreamError) {
        guard let handle = unsafe curl_easy_init() else {
            throw .system("no memory for a transfer")
        }
        unsafe self.handle = unsafe handle
        self.deliveries = deliveries
        self.sockets = sockets
        bodyLimit = options.bufferedBodyLimit
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        // SAFETY: this object outlives its handle (deinit frees the handle), and the socket table
        // outlives every connection (TransferThread frees the multi handle first).
        unsafe ccurl_easy_set_pointer(handle, CURLOPT_PRIVATE, context)
        unsafe ccurl_easy_on_body(handle, curlDidReceiveBody, context)
        unsafe ccurl_easy_on_header(handle, curlDidReceiveHeader, context)
        unsafe ccurl_easy_on_request(handle, curlWillSendRequest, context)
        unsafe ccurl_easy_on_open(handle, curlOpenSocket, context)
        unsafe ccurl_easy_on_close(
            handle,
            curlCloseSocket,
            Unmanaged.passUnretained(sockets).toOpaque()
        )
        setConstants(options)
    }

    deinit {
        // SAFETY: the one owner; the handle left the multi handle in ``release()``'s caller.
        unsafe curl_easy_cleanup(handle)
    }

    private func setConstants(_ options: UpstreamOptions) {
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_TCP_NODELAY, 1)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS)
        set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        set(CURLOPT_PATH_AS_IS, 1)
        set(CURLOPT_MAXAGE_CONN, Int(options.idleConnectionAge.components.seconds))
        // Without it, ending a transfer during its name lookup waits for getaddrinfo to return and
        // stalls every other transfer (curl PR 9147); the lookup's thread then ends on its own.
        set(CURLOPT_QUICK_EXIT, 1)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_PROXY, "")
        if let file = options.trustedCertificatesFile { set(CURLOPT_CAINFO, file) }
    }

    private func set(_ option: CURLoption, _ value: Int) {
        // SAFETY: a live handle; these options take a long.
        let code = unsafe ccurl_easy_set_long(handle, option, value)
        precondition(code == CURLE_OK, "libcurl lacks option \(option.rawValue)")
    }

    private func set(_ option: CURLoption, _ value: String) {
        // SAFETY: a live handle; libcurl copies the string.
        let code = unsafe ccurl_easy_set_string(handle, option, value)
        precondition(code == CURLE_OK, "libcurl lacks option \(option.rawValue)")
    }

    /// Makes the handle ready to carry a transfer, whose request must stay until ``release()``.
    func prepare(_ transfer: Transfer, _ request: PreparedRequest) {
        self.transfer = transfer
        // SAFETY: all pointers lie in the request's block, which the transfer keeps.
        unsafe ccurl_easy_set_string(handle, CURLOPT_URL, request.url)
        unsafe ccurl_easy_set_headers(handle, request.headers)
        if request.hasBody {
            unsafe ccurl_easy_set_pointer(handle, CURLOPT_POSTFIELDS, request.body.baseAddress)
            let count = unsafe Int(request.body.count)
            unsafe ccurl_easy_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, count)
            set(CURLOPT_POST, 1)
        } else {
            set(CURLOPT_HTTPGET, 1)
            if request.isHead { set(CURLOPT_NOBODY, 1) }
        }
        // HTTPGET and NOBODY name the method themselves; the rest is spelled out.
        let isImplied = !request.hasBody && (request.isGet || request.isHead)
        unsafe ccurl_easy_set_string(
            handle,
            CURLOPT_CUSTOMREQUEST,
            isImplied ? nil : request.method
        )
        // 0 is libcurl's own limit of 300 s.
        let connect = transfer.timeouts.connect.map { max(1, $0.milliseconds) } ?? 0
        set(CURLOPT_CONNECTTIMEOUT_MS, connect)
    }

    /// Forgets the transfer, so that no pointer into its request stays behind.
    func release() {
        transfer = nil
        // SAFETY: a live handle; null is allowed for both.
        unsafe ccurl_easy_set_headers(handle, nil)
        unsafe ccurl_easy_set_pointer(handle, CURLOPT_POSTFIELDS, nil)
    }

    /// Lets a paused transfer go on; `false` if that failed.
    ///
    /// What libcurl kept back is handed to the body callback before this returns.
    func resume() -> Bool {
        // SAFETY: a live handle that its multi handle knows, outside of callbacks.
        unsafe curl_easy_pause(handle, CURLPAUSE_CONT) == CURLE_OK
    }

    /// What has become of the request's body by now.
    func upload(over socket: Int32?) -> UploadProgress.Reading {
        // SAFETY: a live handle; the information is of the type that its name says.
        let written = unsafe Int(ccurl_easy_get_offset(handle, CURLINFO_SIZE_UPLOAD_T))
        return UploadProgress.Reading(
            written: written,
            unacknowledged: socket.map { max(0, Int(ccurl_unacknowledged($0))) } ?? 0
        )
    }

    /// The times of the transfer that just ended.
    func timings(of transfer: Transfer) -> UpstreamTimings {
        // The loop's time may lie a little before the caller's.
        let admittedAt = max(transfer.admittedAt ?? 0, transfer.startedAt)
        // SAFETY: a live handle; each is of the type that its name says.
        return unsafe UpstreamTimings(
            queued: Int64((admittedAt - transfer.startedAt) / 1000),
            nameLookup: Int64(ccurl_easy_get_offset(handle, CURLINFO_NAMELOOKUP_TIME_T)),
            connect: Int64(ccurl_easy_get_offset(handle, CURLINFO_CONNECT_TIME_T)),
            tls: Int64(ccurl_easy_get_offset(handle, CURLINFO_APPCONNECT_TIME_T)),
            firstByte: Int64(ccurl_easy_get_offset(handle, CURLINFO_STARTTRANSFER_TIME_T)),
            total: Int64(ccurl_easy_get_offset(handle, CURLINFO_TOTAL_TIME_T)),
            reusedConnection: ccurl_easy_get_long(handle, CURLINFO_NUM_CONNECTS) == 0
                && ccurl_easy_get_long(handle, CURLINFO_PRIMARY_PORT) != 0,
            remotePort: ccurl_easy_get_long(handle, CURLINFO_PRIMARY_PORT)
        )
    }
}

extension Duration {
    /// Whole milliseconds, at most libcurl's greatest timeout.
    var milliseconds: Int {
        let (seconds, attoseconds) = components
        guard seconds < Int64(Int32.max) / 1000 else { return Int(Int32.max) }
        return Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
    }
}

/// The transfers whose callbacks collected something since the last delivery.
final class PendingDeliveries {
    var transfers: [Transfer] = []

    func add(_ transfer: Transfer) {
        guard !transfer.isTouched else { return }
        transfer.isTouched = true
        transfers.append(transfer)
    }
}
