"""Measures R1 to R3: the live wire beside a bare loop, node's ws and nginx's nchan."""

import argparse
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import fan_out
from fan_out import FanOut, Server, processor_seconds
from support.processes import Teller, binary, environment

SOCKETS = 1_000
IDLE_SOCKETS = 10_000
TRANSFERS_A_SECOND = 1_000
PACED = FanOut(sockets=SOCKETS, messages=500, rate=100)
BURST = FanOut(sockets=SOCKETS, messages=1_000)


class LiveBench:
    """bank-websocket, started for each measurement, and its peers."""

    def __init__(self, teller: Teller, tokens: Path, peers: Path, arguments: argparse.Namespace,
                 settle: Callable[[], None], note: Callable[[str, dict], dict],
                 say: Callable[[str], None]):
        self.teller, self.tokens, self.peers = teller, tokens, peers
        self.arguments, self.settle, self.note, self.say = arguments, settle, note, say

    def round(self) -> None:
        self.idle()
        self.transfers()
        for name, plan in (("paced", PACED), ("burst", BURST)):
            own = self.fan_out(f"r2_{name}_teller", "teller", plan)
            plan = replace(plan, bytes=own["bytes"])
            for peer in ("bare", "node", "nchan"):
                if plan.rate:
                    self.fan_out(f"r2_alone_{peer}", peer, plan)
                    with self.bank_at_work(plan):
                        self.fan_out(f"r2_{name}_{peer}", peer, plan)
                else:
                    self.fan_out(f"r2_{name}_{peer}", peer, plan)
            if plan.rate:
                with self.bank_at_work(plan):
                    self.fan_out(f"r2_{name}_following", "following", plan)

    def fan_out(self, name: str, peer: str, plan: FanOut) -> dict:
        self.settle()
        heard = getattr(self, f"_{peer}")(plan)
        self.note(name, heard)
        self.say(f"  {name}: {heard['rate']:,.0f} deliveries/s of {heard['bytes']} bytes, "
                 f"p99 {heard['latencyMicroseconds']['p99']} µs, {heard['microsecondsEach']:.1f} µs each")
        return heard

    @contextmanager
    def bank_at_work(self, plan: FanOut) -> Iterator[None]:
        """The transfers that bank-websocket's messages come of take their share of the machine: a
        peer is measured beside the same."""
        command = [binary("bank-load"), "transfers", "--url", self.teller.core.url, "--tokens",
                   str(self.tokens), "--hot", "--rate", str(plan.rate), "--connections", "8",
                   "--seconds", "120", "--warm-up", "0", "--no-check"]
        with subprocess.Popen(command, env=environment({}), stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as client:
            try:
                yield
                assert client.poll() is None, "the transfers ended before the peer"
            finally:
                client.terminate()

    def _bare(self, plan: FanOut, follow: Teller | None = None) -> dict:
        with fan_out.bare_loop(plan, follow) as server:
            return fan_out.listen(server, plan)

    def _following(self, plan: FanOut) -> dict:
        """The bank's transfers come unevenly, and several at once: so do this bare loop's."""
        return self._bare(plan, self.teller)

    def _node(self, plan: FanOut) -> dict:
        with fan_out.node_ws(plan, self.peers) as server:
            return fan_out.listen(server, plan)

    def _nchan(self, plan: FanOut) -> dict:
        with fan_out.nchan(plan, self.peers, self.arguments.scratch) as server:
            return fan_out.listen(server, plan, lambda: fan_out.publish(server.port, plan))

    def _teller(self, plan: FanOut) -> dict:
        """Paced: transfers into the account that all follow. Burst: they happen while
        bank-websocket stands still, so that it has all of them to tell at once."""
        wire = self.teller.wire.start()
        try:
            server = Server(wire.port, [wire.process.pid], tokens=["--tokens", str(self.tokens), "--hot"])
            if plan.rate:
                return fan_out.listen(server, plan, lambda: None, "--url", self.teller.core.url,
                                      "--rate", str(plan.rate), "--connections", "8")

            def move() -> None:
                wire.pause()
                self.bank_load("transfers", "--url", self.teller.core.url, "--tokens", str(self.tokens),
                               "--hot", "--count", str(plan.messages), "--warm-up", "0", "--no-check")
                wire.go_on()
            return fan_out.listen(server, plan, move)
        finally:
            wire.stop()

    def transfers(self) -> None:
        """R1: the time from each commit until a browser has it."""
        self.settle()
        wire = self.teller.wire.start()
        try:
            done = self.bank_load(
                "sockets", "--url", self.teller.core.url, "--wire-url", wire.url, "--tokens",
                str(self.tokens), "--sockets", str(SOCKETS), "--rate", str(TRANSFERS_A_SECOND),
                "--seconds", str(self.arguments.seconds))
        finally:
            wire.stop()
        assert done["isWhole"], done
        written, heard = done["commitToSentMicroseconds"], done["commitToReceivedMicroseconds"]
        self.note("r1", {"rate": done["pushes"] / self.arguments.seconds, "latencyMicroseconds": heard,
                         "written": written})
        self.say(f"  r1: commit to browser p50 {heard['p50']} µs, p99 {heard['p99']} µs")

    def idle(self) -> None:
        """R3: what a socket costs that only waits."""
        wire = self.teller.wire.start()
        try:
            pid, before = wire.process.pid, resident_bytes(wire.process.pid)
            command = [binary("bank-load"), "sockets", "--wire-url", wire.url, "--tokens",
                       str(self.tokens), "--sockets", str(IDLE_SOCKETS), "--seconds", "15"]
            with subprocess.Popen(command, env=environment({}), stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True) as client:
                for line in client.stderr:
                    if "sockets are open" in line:
                        break
                time.sleep(3)
                each = (resident_bytes(pid) - before) / IDLE_SOCKETS
                used = processor_seconds(pid)
                time.sleep(10)
                share = (processor_seconds(pid) - used) / 10
                output, _ = client.communicate(timeout=60)
            assert client.returncode == 0, output
        finally:
            wire.stop()
        self.note("r3", {"bytesEach": each, "processorShare": share})
        self.say(f"  r3: {each:.0f} bytes each, {share:.1%} of a core")

    def bank_load(self, *options: str) -> dict:
        done = subprocess.run([binary("bank-load"), *options, "--json"], env=environment({}),
                              capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)


def resident_bytes(pid: int) -> int:
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines()
                if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1_024
