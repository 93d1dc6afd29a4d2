import CCurl
import Glibc

/// libcurl's multi handle, told of ready sockets and times by its owner.
///
/// Confined to the transfer thread.
@safe final class MultiHandle {
    /// The handle; this object is its one owner.
    private let handle: UnsafeMutableRawPointer
    private let sockets: SocketTable

    /// `curl_global_init` runs once in the life of the process and before everything else.
    private static let globalCode = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    init(sockets: SocketTable, options: UpstreamOptions) throws(UpstreamError) {
        guard Self.globalCode == CURLE_OK, let handle = unsafe curl_multi_init() else {
            throw .system("libcurl could not be initialised")
        }
        unsafe self.handle = unsafe handle
        self.sockets = sockets
        let context = unsafe Unmanaged.passUnretained(sockets).toOpaque()
        // SAFETY: this object holds the socket table and frees the handle in its deinit, so the
        // table outlives every callback.
        unsafe ccurl_multi_on_socket(handle, curlDidChangeInterest, context)
        unsafe ccurl_multi_on_timer(handle, curlDidSetTimer, context)
        // By default libcurl keeps four times as many connections as transfers run at the moment,
        // and so closes almost all after a burst.
        unsafe ccurl_multi_set_long(handle, CURLMOPT_MAXCONNECTS, options.maximumIdleConnections)
        let sharing = options.sharesConnections ? CURLPIPE_MULTIPLEX : CURLPIPE_NOTHING
        unsafe ccurl_multi_set_long(handle, CURLMOPT_PIPELINING, Int(sharing))
    }

    deinit {
        // SAFETY: the one owner, and no easy handle is inside any more. Closes all connections.
        unsafe curl_multi_cleanup(handle)
    }

    func add(_ easy: EasyHandle) {
        // SAFETY: both handles live; the easy one is in no multi handle.
        let code = unsafe curl_multi_add_handle(handle, easy.handle)
        precondition(code == CURLM_OK, "libcurl refused a transfer: \(code.rawValue)")
    }

    /// Takes a transfer out; an unfinished one loses its connection (its stream in HTTP/2).
    func remove(_ easy: EasyHandle) {
        // SAFETY: both handles live; removing one that isn't inside does nothing.
        unsafe curl_multi_remove_handle(handle, easy.handle)
    }

    /// Lets libcurl work on a socket that is ready.
    func act(on socket: Int32, bits: Int32) {
        var running: Int32 = 0
        // SAFETY: a live handle, outside of callbacks; a socket that libcurl closed is ignored.
        unsafe curl_multi_socket_action(handle, socket, bits, &running)
    }

    /// Lets libcurl do what it set its timer for.
    func actOnTimer() {
        sockets.clearTimer()
        act(on: CURL_SOCKET_BAD, bits: 0)  // CURL_SOCKET_TIMEOUT is the same number.
    }

    /// The next transfer that libcurl is done with.
    func nextFinished() -> (easy: EasyHandle, code: CURLcode)? {
        var code = CURLE_OK
        // SAFETY: a live handle; what it returns are our easy handles, each with its owner as the
        // private pointer, which is alive since the thread holds it while it is in here.
        guard let easy = unsafe ccurl_multi_next_finished(handle, &code),
            let owner = unsafe ccurl_easy_get_private(easy)
        else { return nil }
        return unsafe (Unmanaged<EasyHandle>.fromOpaque(owner).takeUnretainedValue(), code)
    }
}
