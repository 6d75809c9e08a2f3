"""Who fans one message out to many sockets: bank-websocket, and what it is compared with.

Each server is a process (or several) and an address; `bank-load sockets` listens to it. The peers
send messages of the same size: a bare loop (`bench-raw fan-out`), node with ws, nginx with nchan.
"""

import http.client
import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from support.processes import Teller, binary, environment, free_port

HERE = Path(__file__).parent


@dataclass
class Server:
    """Something that fans out, while it runs."""
    port: int
    pids: list[int]
    path: str = "/ws"
    tokens: list[str] = field(default_factory=list)

    def processor_seconds(self) -> float:
        return sum(processor_seconds(pid) for pid in self.pids)


@dataclass
class FanOut:
    """What is to be sent: `rate` messages a second, or all as fast as they are taken."""
    sockets: int
    messages: int
    rate: float = 0
    #: Of a message's text, of those who may choose.
    bytes: int = 887

    @property
    def seconds(self) -> float:
        return self.messages / self.rate + 4 if self.rate else 14


def listen(server: Server, plan: FanOut, opened=lambda: None, *options: str) -> dict:
    """Opens the sockets, calls `opened`, hears all, and says what was delivered and what it cost."""
    command = [binary("bank-load"), "sockets", "--wire-url", f"http://127.0.0.1:{server.port}",
               "--path", server.path, "--sockets", str(plan.sockets), "--seconds", str(plan.seconds),
               "--skim", "--json", *server.tokens, *options]
    with subprocess.Popen(command, env=environment({}), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True) as client:
        for line in client.stderr:
            if "sockets are open" in line:
                break
        before = server.processor_seconds()
        opened()
        output, errors = client.communicate(timeout=120)
        used = server.processor_seconds() - before
    assert client.returncode == 0, output + errors
    heard = json.loads(output)
    assert heard["pushes"] >= plan.sockets * plan.messages, heard
    return {"rate": heard["pushes"] / heard["pushSeconds"],
            "bytes": round(heard["bytes"] / heard["pushes"]),
            "microsecondsEach": used / heard["pushes"] * 1e6,
            "latencyMicroseconds": heard["sentToReceivedMicroseconds"]}


@contextmanager
def bare_loop(plan: FanOut, follow: Teller | None) -> Iterator[Server]:
    """By itself, or with a message for each entry of a bank's journal."""
    port = free_port()
    options = ["--follow", follow.settings["MONGO_DATABASE"]] if follow else []
    with _process(binary("bench-raw"), "fan-out", "--port", str(port), "--sockets", str(plan.sockets),
                  "--messages", str(plan.messages), "--rate", str(plan.rate),
                  "--bytes", str(plan.bytes), *options,
                  settings={"MONGO_URL": follow.settings["MONGO_URL"]} if follow else {}) as pid:
        time.sleep(0.5)
        yield Server(port, [pid])


@contextmanager
def node_ws(plan: FanOut, peers: Path) -> Iterator[Server]:
    port = free_port()
    with _process("node", str(HERE / "peers" / "node-ws.js"),
                  *(str(value) for value in (port, plan.sockets, plan.rate, plan.messages, plan.bytes)),
                  settings={"NODE_PATH": str(peers / "usr" / "share" / "nodejs")}) as pid:
        time.sleep(1)
        yield Server(port, [pid])


@contextmanager
def nchan(plan: FanOut, peers: Path, scratch: Path) -> Iterator[Server]:
    port = free_port()
    settings = scratch / f"nchan-{port}.conf"
    settings.write_text((HERE / "peers" / "nchan.conf").read_text()
                        .replace("PEERS", str(peers)).replace("SCRATCH", str(scratch))
                        .replace("PORT", str(port)))
    with _process(str(peers / "usr" / "sbin" / "nginx"), "-c", str(settings), "-e",
                  str(scratch / "nchan.log")) as pid:
        time.sleep(1)
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        yield Server(port, [pid, *map(int, children)])


def publish(port: int, plan: FanOut) -> threading.Thread:
    """Sends the messages to nchan, beside the caller."""
    def run() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        time.sleep(0.5)
        began = time.monotonic()
        for number in range(plan.messages):
            if plan.rate:
                time.sleep(max(0, began + number / plan.rate - time.monotonic()))
            connection.request("POST", "/publish", message(plan.bytes))
            assert connection.getresponse().read() is not None
        connection.close()
    thread = threading.Thread(target=run)
    thread.start()
    return thread


def message(size: int) -> str:
    now = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    start, end = '{"type":"transaction","data":"', f'","sentAt":"{now}"}}'
    return start + "x" * (size - len(start) - len(end)) + end


@contextmanager
def _process(*command: str, settings: dict[str, str] | None = None) -> Iterator[int]:
    with subprocess.Popen(command, env=environment(settings or {}), stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL) as process:
        try:
            yield process.pid
        finally:
            process.terminate()


def processor_seconds(pid: int) -> float:
    """User and system time of a process so far (proc_pid_stat(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
