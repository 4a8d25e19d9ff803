"""A mail server and a bucket of our own, as small as the protocols let them be."""

from __future__ import annotations

import hashlib
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def mail_server() -> Iterator[tuple[int, list[str]]]:
    """The port that it listens on, and the messages that it has taken."""
    taken: list[str] = []

    class Session(socketserver.StreamRequestHandler):
        def handle(self):
            self.wfile.write(b"220 sink\r\n")
            while line := self.rfile.readline().strip().upper():
                if line == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    taken.append(self._message())
                self.wfile.write(b"221 bye\r\n" if line == b"QUIT" else b"250 ok\r\n")

        def _message(self):
            lines = iter(lambda: self.rfile.readline().rstrip(b"\r\n"), b".")
            return b"\n".join(lines).decode()

    with _served(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)) as port:
        yield port, taken


@contextmanager
def bucket() -> Iterator[tuple[int, dict[str, bytes]]]:
    """The port of an object store, and what it keeps by path; unsigned requests are refused."""
    kept: dict[str, bytes] = {}

    class Request(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if "AWS4-HMAC-SHA256" not in self.headers.get("Authorization", ""):
                return self._answer(403)
            kept[self.path] = _unchunked(self.headers, body)
            return self._answer(200)

        def do_GET(self):
            body = kept.get(self.path.partition("?")[0])
            self._answer(404 if body is None else 200, body or b"")

        do_HEAD = do_GET  # noqa: N815

        def do_DELETE(self):
            kept.pop(self.path, None)
            self._answer(204)

        def _answer(self, status, body=b""):
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", f'"{hashlib.md5(body).hexdigest()}"')
            self.send_header("Last-Modified", "Mon, 04 May 2026 08:00:00 GMT")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *args):
            """Quiet."""

    with _served(ThreadingHTTPServer(("127.0.0.1", 0), Request)) as port:
        yield port, kept


def _unchunked(headers, body: bytes) -> bytes:
    """AWS wraps a streamed body in lines of sizes and checksums."""
    if "aws-chunked" not in headers.get("Content-Encoding", ""):
        return body
    found = b""
    while body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size.partition(b";")[0], 16)
        if length == 0:
            break
        found, body = found + rest[:length], rest[length + 2 :]
    return found


@contextmanager
def _served(server) -> Iterator[int]:
    with server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()
