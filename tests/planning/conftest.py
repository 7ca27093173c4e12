"""What tests of planning share."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest


@pytest.fixture
def server():
    """An HTTP server on this machine; `answer` is what it says, `answers` first, in order;
    `asked` is what it was asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            length = int(self.headers.get("Content-Length") or 0)
            web.asked.append((self.path, self.rfile.read(length).decode()))
            self.send_response(web.status)
            self.end_headers()
            self.wfile.write(next(web.answers, web.answer).encode())

        do_POST = do_GET

        def log_message(self, *_):
            pass

    web = HTTPServer(("127.0.0.1", 0), Handler)
    web.asked, web.answer, web.answers, web.status = [], "{}", iter(()), 200
    web.address = f"http://127.0.0.1:{web.server_port}"
    thread = threading.Thread(target=web.serve_forever, daemon=True)
    thread.start()
    yield web
    web.shutdown()
    web.server_close()
    thread.join()
