"""An HTTP proxy on the loopback interface, for one test: tunnels for CONNECT, relays for whole addresses."""
import http.client
import select
import socket
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class ProxyServer:
    """`refusal` is the status that every request gets in place of a connection."""

    def __init__(self, certificate=None):
        self.requests = []  # "CONNECT host:port", "GET http://…"
        self.credentials = []  # of each request
        self.seen = b""  # all that clients sent, as far as the proxy can read it
        self.refusal = None
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.http.owner = self
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.http.socket = context.wrap_socket(self.http.socket, server_side=True)
        self.http.handle_error = lambda *_arguments: None
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.http.shutdown()
        self.http.server_close()

    def place(self, host="127.0.0.1"):
        return f"{host}:{self.http.server_port}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_CONNECT(self):
        if self.note_request():
            return
        host, port = self.path.rsplit(":", 1)
        with socket.create_connection((host.strip("[]"), int(port))) as server:
            self.send_response(200)
            self.end_headers()
            self.pump(self.connection, server)
        self.close_connection = True

    def relay(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.owner.seen += bytes(self.headers) + body
        if self.note_request():
            return
        url = urlsplit(self.path)
        server = http.client.HTTPConnection(url.netloc)
        server.request(self.command, f"{url.path}?{url.query}", body, dict(self.headers))
        answer = server.getresponse()
        text = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("date", "server"):
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PUT = relay

    def note_request(self):
        """True where it was refused."""
        owner = self.server.owner
        owner.requests.append(f"{self.command} {self.path}")
        owner.credentials.append(self.headers.get("Proxy-Authorization"))
        if owner.refusal:
            self.send_response(owner.refusal)
            self.send_header("Content-Length", "0")
            self.end_headers()
        return owner.refusal

    def pump(self, client, server):
        """Carries bytes both ways until one side ends."""
        while True:
            ready = [client] if getattr(client, "pending", int)() else select.select([client, server], [], [], 20)[0]
            for source in ready:
                chunk = source.recv(65536)
                if source is client:
                    self.server.owner.seen += chunk
                if not chunk:
                    return
                (server if source is client else client).sendall(chunk)
            if not ready:
                return

    def log_message(self, *_arguments):
        """Nothing: a test asks for `requests`."""
