"""An SMS gateway that fails as often as it is told."""

import http.server
import json
import threading
import time


class Gateway:
    """Keeps the head, the body and the time of every call."""

    def __init__(self, failures: int = 0):
        self.failures, self.calls = failures, []
        gateway = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                gateway.calls.append((dict(self.headers), body, time.monotonic()))
                fails = len(gateway.calls) <= gateway.failures
                self.send_response(500 if fails else 202)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://teller:secret@127.0.0.1:{self.server.server_address[1]}/sms"

    def wait(self, calls: int, seconds: float = 30) -> list:
        end = time.monotonic() + seconds
        while len(self.calls) < calls and time.monotonic() < end:
            time.sleep(0.05)
        return self.calls
