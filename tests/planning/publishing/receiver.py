"""A receiver of published plans, a process of its own: keeps what it is sent, and acknowledges it.

Run as `python tests/planning/publishing/receiver.py FILE [PORT]`. It prints its port, and appends
each visit that is news to FILE before it answers, so that it can be killed and started again.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


class Handler(BaseHTTPRequestHandler):
    """Takes each key once; the same key again is acknowledged and changes nothing."""

    kept: Path

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        known = {row["key"] for row in read(self.kept)}
        if said["key"] not in known:
            with self.kept.open("a") as file:
                file.write(json.dumps(said) + "\n")
        answer = json.dumps({"key": said["key"]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args: object) -> None:
        """Says nothing."""


def read(path: Path) -> list[dict]:
    """What has been kept, in the order it came."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


if __name__ == "__main__":
    Handler.kept = Path(sys.argv[1])
    server = HTTPServer(("127.0.0.1", int(sys.argv[2]) if len(sys.argv) > 2 else 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()
