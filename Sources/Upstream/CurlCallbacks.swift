// The functions that libcurl calls. Each recovers its context in the first line and hands over to
// it; all run on the transfer thread, inside a call into libcurl.
//
// SAFETY: the context of the handle's callbacks is the EasyHandle that owns the handle, the context of
// the others is the SocketTable; both outlive what was given to libcurl.
import CCurl
import Glibc

private func easyHandle(_ context: UnsafeMutableRawPointer?) -> EasyHandle? {
    guard let context = unsafe context else { return nil }
    return unsafe Unmanaged<EasyHandle>.fromOpaque(context).takeUnretainedValue()
}

private func socketTable(_ context: UnsafeMutableRawPointer?) -> SocketTable? {
    guard let context = unsafe context else { return nil }
    return unsafe Unmanaged<SocketTable>.fromOpaque(context).takeUnretainedValue()
}

/// The bytes that a callback got: valid until it returns.
private func received(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ count: Int
)
    -> UnsafeBufferPointer<UInt8>
{
    unsafe UnsafeBufferPointer(
        start: UnsafeRawPointer(bytes)?.assumingMemoryBound(to: UInt8.self),
        count: count
    )
}

/// CURLOPT_WRITEFUNCTION.
let curlDidReceiveBody: curl_write_callback = { bytes, _, count, context in
    guard let easy = unsafe easyHandle(context), let transfer = easy.transfer else { return 0 }
    easy.deliveries.add(transfer)
    let isTaken = unsafe transfer.receive(body: received(bytes, count), limit: easy.bodyLimit)
    return isTaken ? count : Int(CURL_WRITEFUNC_PAUSE)
}

/// CURLOPT_HEADERFUNCTION.
let curlDidReceiveHeader: curl_write_callback = { bytes, size, count, context in
    guard let easy = unsafe easyHandle(context), let transfer = easy.transfer else { return 0 }
    easy.deliveries.add(transfer)
    let line = unsafe Span(_unsafeElements: received(bytes, size * count))
    // 0 taken of a line of at least one byte tells libcurl to fail the transfer.
    return transfer.receive(headerLine: line) ? line.count : 0
}

/// CURLOPT_PREREQFUNCTION: the connection stands and the request is about to be sent.
let curlWillSendRequest: curl_prereq_callback = { context, _, _, _, _ in
    guard let easy = unsafe easyHandle(context), let transfer = easy.transfer else {
        return CURL_PREREQFUNC_ABORT
    }
    transfer.requestWasSent = true
    easy.deliveries.add(transfer)
    return CURL_PREREQFUNC_OK
}

/// CURLOPT_OPENSOCKETFUNCTION.
let curlOpenSocket: curl_opensocket_callback = { context, _, address in
    guard let easy = unsafe easyHandle(context), let transfer = easy.transfer,
        let address = unsafe address
    else {
        return CURL_SOCKET_BAD
    }
    // SAFETY: libcurl gives the address of a socket it wants, valid during the call.
    let (family, type, protocolNumber) = unsafe (
        address.pointee.family, address.pointee.socktype, address.pointee.protocol
    )
    let socket = easy.sockets.open(
        family: family,
        type: type,
        protocolNumber: protocolNumber,
        for: transfer.pool
    )
    // Nothing was called since the call that failed, so its number is still there.
    transfer.socketRefusal = socket == CURL_SOCKET_BAD ? errno : nil
    if family == AF_INET6 { transfer.triedIPv6 = true }
    return socket
}

/// CURLOPT_CLOSESOCKETFUNCTION.
let curlCloseSocket: curl_closesocket_callback = { context, socket in
    guard let table = unsafe socketTable(context) else { return close(socket) }
    table.close(socket)
    return 0
}

/// CURLMOPT_SOCKETFUNCTION.
let curlDidChangeInterest: curl_socket_callback = { handle, socket, interest, context, _ in
    guard let table = unsafe socketTable(context) else { return 0 }
    table.setInterest(interest, of: socket)
    if interest != CURL_POLL_REMOVE, table.isConnection(socket), let handle = unsafe handle {
        // SAFETY: every handle's private pointer is the EasyHandle that owns it.
        unsafe easyHandle(ccurl_easy_get_private(handle))?.transfer?.socket = socket
    }
    return 0
}

/// CURLMOPT_TIMERFUNCTION.
let curlDidSetTimer: curl_multi_timer_callback = { _, milliseconds, context in
    unsafe socketTable(context)?.setTimer(milliseconds: milliseconds)
    return 0
}
