"""The real executables as child processes: started on free ports, stopped by their own pid."""

import json
import os
import secrets
import signal
import socket
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[3]
READY_SECONDS = 30


def binary(name: str) -> str:
    """The executable called `name`, from TELLER_BIN or the release build. It is never built here."""
    folder = Path(os.environ.get("TELLER_BIN", ROOT / ".build" / "release"))
    path = folder / name
    assert path.exists(), f"{path} is missing: build first (scripts/test does), or set TELLER_BIN"
    return str(path)


def free_ports(count: int) -> list[int]:
    """Different ones: all are held until all are known."""
    with ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def free_port() -> int:
    return free_ports(1)[0]


class Process:
    """A child process that may be killed, and made to stand still."""

    process: subprocess.Popen | None = None

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait()

    def pause(self) -> None:
        """It answers nobody and hangs up on nobody, as a machine that swaps or a cable that is out."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)


class Service(Process):
    """One executable: its settings, its log and its life."""

    def __init__(self, name: str, settings: dict[str, str], logs: Path, port: int):
        self.name = name
        self.settings = settings
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.log = logs / f"{name}-{port}.log"

    def start(self, wait: bool = True) -> "Service":
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [binary(self.name)], cwd=ROOT, env=environment(self.settings),
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        if wait:
            self.wait_until_ready()
        return self

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            assert self.process.poll() is None, f"{self.name} ended: {self.tail()}"
            try:
                if requests.get(f"{self.url}/health/ready", timeout=2).status_code == 200:
                    return
            except requests.RequestException:
                pass
            time.sleep(0.02)
        raise AssertionError(f"{self.name} is not ready after {READY_SECONDS} s: {self.tail()}")

    def stop(self) -> int:
        """SIGTERM, as an operator would, and the exit code."""
        if self.process is None or self.process.poll() is not None:
            return self.process.returncode if self.process else 0
        self.process.terminate()
        try:
            return self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.name} did not stop within 30 s: {self.tail()}") from None

    def tail(self, lines: int = 25) -> str:
        return "\n" + "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def environment(settings: dict[str, str]) -> dict[str, str]:
    """Only what a process needs, so that this shell's settings can't leak into a test.

    Without shared memory for the driver's counters, which a killed process would leave behind.
    """
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TZ") if name in os.environ}
    return {**kept, "MONGOC_DISABLE_SHM": "1", **settings}


class Teller:
    """A bank of a test's own: bank-core and bank-websocket over one database."""

    def __init__(self, mongo_url: str, logs: Path, **settings: str):
        self.bank_port, self.wire_port = free_ports(2)
        self.settings = {
            "MONGO_URL": mongo_url,
            "MONGO_DATABASE": f"e2e_{secrets.token_hex(6)}",
            "JWT_SECRET": secrets.token_urlsafe(48),
            "HOST": "127.0.0.1",
            "BANK_PORT": str(self.bank_port),
            "WEBSOCKET_PORT": str(self.wire_port),
            "SANDBOX": "true",
            "RATE_LIMIT_ENABLED": "false",
            **settings,
        }
        self.core = Service("bank-core", self.settings, logs, self.bank_port)
        self.wire = Service("bank-websocket", self.settings, logs, self.wire_port)

    def start(self) -> "Teller":
        self.core.start(wait=False)
        self.wire.start(wait=False)
        self.core.wait_until_ready()
        self.wire.wait_until_ready()
        return self

    def stop(self) -> None:
        for service in (self.wire, self.core):
            service.stop()

    def bankctl(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess:
        done = subprocess.run(
            [binary("bankctl"), *arguments], cwd=ROOT, env=environment(self.settings),
            capture_output=True, text=True, timeout=120)
        assert not check or done.returncode == 0, f"bankctl {arguments}: {done.stdout}{done.stderr}"
        return done

    def verify(self) -> None:
        """I1, I6, I7: the zero sum, every balance from its postings, gapless seqs, the chain."""
        self.bankctl("verify")

    @property
    def page(self) -> str:
        return self.wire.url

    @property
    def socket(self) -> str:
        return f"ws://127.0.0.1:{self.wire_port}/ws"


def run_to_exit(name: str, settings: dict[str, str]) -> tuple[int, str, float]:
    """Runs an executable that should end by itself: its code, what it said, and the seconds it took."""
    began = time.monotonic()
    done = subprocess.run(
        [binary(name)], cwd=ROOT, env=environment(settings), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=20)
    return done.returncode, done.stdout, time.monotonic() - began


def log_lines(service: Service) -> list[dict]:
    """The service's JSON log."""
    return [json.loads(line) for line in service.log.read_text().splitlines() if line.startswith("{")]
