"""A provider behind TLS that speaks HTTP/2, as the hosted ones do."""

import socket
import ssl
import subprocess

import h2.config
import h2.connection
import h2.events

from .openai import OpenAIProvider
from .server import CUT, Seen


def make_certificate(folder):
    """A certificate for this machine and its key, signed by itself: the file that is to be trusted."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key


def server_context(certificate, key, protocols):
    """TLS of a server that offers these protocols."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols(list(protocols))
    return context


def accept_tls(context, connection):
    """The connection after its handshake; nothing for a client that does not trust the certificate."""
    try:
        return context.wrap_socket(connection, server_side=True)
    except (ssl.SSLError, OSError):
        return None


class RequestStreams:
    """The requests on one connection, as their frames come in."""

    def __init__(self):
        config = h2.config.H2Configuration(client_side=False, header_encoding="utf-8")
        self.state = h2.connection.H2Connection(config)
        self.state.initiate_connection()
        self._heads, self._bodies = {}, {}

    def take(self, data):
        """The requests that these bytes complete: the stream, its head and its body."""
        whole = []
        for event in self.state.receive_data(data):
            if isinstance(event, h2.events.RequestReceived):
                self._heads[event.stream_id] = dict(event.headers)
                self._bodies[event.stream_id] = b""
            elif isinstance(event, h2.events.DataReceived):
                self._bodies[event.stream_id] += event.data
                self.state.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, h2.events.StreamEnded):
                id = event.stream_id
                whole.append((id, self._heads.pop(id), self._bodies.pop(id)))
        return whole


class HTTP2Provider(OpenAIProvider):
    """Answers chat completions over HTTP/2, one stream after the other on each connection."""

    def __init__(self, certificate, key, protocols=("h2",), **options):
        self._context = server_context(certificate, key, protocols)
        self.versions = set()
        """The protocols that were agreed on."""
        super().__init__(**options)

    @property
    def url(self):
        return super().url.replace("http://", "https://")

    def _serve(self, connection):
        connection = accept_tls(self._context, connection)
        if connection is None:
            return
        self.versions.add(connection.selected_alpn_protocol())
        if connection.selected_alpn_protocol() != "h2":
            return super()._serve(connection)
        try:
            self._serve_streams(connection)
        except (OSError, ssl.SSLError):
            pass
        finally:
            connection.close()

    def _serve_streams(self, connection):
        streams = RequestStreams()
        connection.sendall(streams.state.data_to_send())
        while data := connection.recv(1 << 16):
            for id, head, body in streams.take(data):
                request = Seen(head[":method"], head[":path"], head, body)
                self._reply(streams.state, id, request, connection)
            connection.sendall(streams.state.data_to_send())

    def _reply(self, state, stream, request, connection):
        reply = self._choose(request)
        headers = [(":status", str(reply.status)), *reply.headers.items()]
        state.send_headers(stream, headers)
        for step in reply.steps:
            if step is CUT:
                state.reset_stream(stream)
                return
            # Every answer here fits into the first window.
            state.send_data(stream, step)
            connection.sendall(state.data_to_send())
        state.end_stream(stream)
        request.answered.set()
