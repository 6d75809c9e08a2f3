"""Measures P1, P2 and P4 beside the raw C driver, and R1 to R3 beside other servers, in rounds
that take turns."""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from datetime import datetime, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests" / "EndToEnd"))

from pymongo import MongoClient  # noqa: E402

import report  # noqa: E402
from fan_out import processor_seconds  # noqa: E402
from live import LiveBench  # noqa: E402
from support.processes import Teller, binary, environment  # noqa: E402

CONNECTIONS = 256
SETTINGS = {
    # The load is one address and, into one account, one customer.
    "WEBSOCKET_CONNECTIONS_PER_IP": "100000", "WEBSOCKET_CONNECTIONS_PER_CUSTOMER": "100000",
    # The client is one thread: a burst waits for it longer than for a browser.
    "WEBSOCKET_QUEUE_BYTES": "16777216",
    "ACCESS_TOKEN_MINUTES": "60",
}


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class Bench:
    """A seeded bank, the load client, and the raw loop on the same replica set."""

    def __init__(self, teller: Teller, arguments: argparse.Namespace):
        self.teller, self.arguments = teller, arguments
        self.tokens = arguments.scratch / "tokens.jsonl"
        self.results: dict[str, list[dict]] = {}
        self.costs: list[dict[str, float]] = []

    def seed(self) -> None:
        say(f"seeding {self.arguments.accounts} accounts")
        self.teller.bankctl("seed", "--customers", str(self.arguments.accounts),
                            "--tokens", str(self.tokens))

    def note(self, name: str, result: dict) -> dict:
        self.results.setdefault(name, []).append(result)
        return result

    def load(self, name: str, *options: str, connections: int = CONNECTIONS) -> dict:
        """One run of bank-load. A broken invariant ends the benchmark: its speed means nothing."""
        self.settle()
        done = run(binary("bank-load"), "transfers", "--url", self.teller.core.url, "--tokens",
                   str(self.tokens), "--connections", str(connections), "--seconds",
                   str(self.arguments.seconds), "--warm-up", str(self.arguments.warm_up),
                   "--seed", str(len(self.results.get(name, [])) + 1), "--json", *options)
        assert done["check"]["holds"], done["check"]["violations"]
        say(f"  {name}: {done['rate']:.0f}/s, p50 {done['latencyMicroseconds']['p50']} µs, "
            f"p99 {done['latencyMicroseconds']['p99']} µs")
        return self.note(name, done)

    def cost(self) -> None:
        """What a transfer costs each process, in microseconds of a processor: says where the time
        goes, and moves less than the rate when the machine is busy with other things."""
        before, client = self.processor_seconds(), client_seconds()
        done = run(binary("bank-load"), "transfers", "--url", self.teller.core.url, "--tokens",
                   str(self.tokens), "--connections", str(CONNECTIONS), "--seconds",
                   str(self.arguments.seconds), "--warm-up", "0", "--no-check", "--seed", "99",
                   "--json")
        after = self.processor_seconds()
        used = {name: after[name] - before[name] for name in after} | {
            "bank-load": client_seconds() - client}
        cost = {name: round(seconds / done["posted"] * 1e6, 1) for name, seconds in used.items()}
        say("  processor time a transfer: "
            + ", ".join(f"{name} {value:.0f} µs" for name, value in cost.items()))
        self.costs.append(cost)

    def processor_seconds(self) -> dict[str, float]:
        """What bank-core, and mongod if it is ours, have used of the processors."""
        processes = {"bank-core": self.teller.core.process.pid}
        pid_file = self.arguments.scratch / "mongodb" / "mongod.pid"
        if pid_file.exists():
            processes["mongod"] = int(pid_file.read_text())
        return {name: processor_seconds(pid) for name, pid in processes.items()}

    def settle(self) -> None:
        """A checkpoint, so that none is made of what the measurement before has left."""
        with MongoClient(self.teller.settings["MONGO_URL"]) as client:
            client.admin.command("fsync")

    def raw(self, name: str, *options: str) -> dict:
        self.settle()
        done = run(binary("bench-raw"), *options, "--seconds", str(self.arguments.seconds),
                   "--accounts", str(self.arguments.accounts), "--json",
                   settings={"MONGO_URL": self.teller.settings["MONGO_URL"]})
        say(f"  {name}: {done['rate']:.0f}/s")
        return self.note(name, done)

    def round(self) -> None:
        """Everything once, so that a slow minute of the machine hits all of it."""
        self.raw("raw_single", "--batch", "1")
        self.raw("raw_group", "--batch", "256")
        p1 = self.load("p1")
        self.load("p2", "--hot")
        self.load("p4_alone", connections=1)
        self.load("p4_half", "--rate", f"{p1['rate'] / 2:.0f}")
        self.cost()


def client_seconds() -> float:
    """User and system time of the programs that were run to their end."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(*command: str, settings: dict[str, str] | None = None) -> dict:
    done = subprocess.run(command, cwd=ROOT, env=environment(settings or {}),
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, f"{command[0]} ended with {done.returncode}: {done.stdout}{done.stderr}"
    return json.loads(done.stdout)


def machine() -> dict:
    model = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    memory = next(int(line.split()[1]) for line in Path("/proc/meminfo").read_text().splitlines()
                  if line.startswith("MemTotal:"))
    commit = subprocess.run(["git", "describe", "--always", "--dirty", "--abbrev=12"], cwd=ROOT,
                            capture_output=True, text=True).stdout.strip()
    return {"processor": model, "cores": os.cpu_count(), "memoryGiB": round(memory / 1048576),
            "kernel": platform.release(), "commit": commit or "unknown",
            "date": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")}


def medians(results: dict[str, list[dict]]) -> dict[str, dict]:
    """The median of each figure over the rounds; latencies by their percentile."""
    def figures(result: dict) -> dict[str, float]:
        return {name: value for name, value in
                {**result, **result.get("latencyMicroseconds", {})}.items()
                if isinstance(value, int | float)}
    return {name: {figure: statistics.median(figures(one)[figure] for one in rounds)
                   for figure in figures(rounds[0])}
            for name, rounds in results.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round, nothing written")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--warm-up", type=float, default=3)
    parser.add_argument("--no-write", action="store_true")
    parser.add_argument("--part", choices=["money", "wire", "all"], default="all")
    parser.add_argument("--peers", type=Path, required=True, help="node-ws, nginx and nchan, unpacked")
    parser.add_argument("--scratch", type=Path, required=True)
    parser.add_argument("--results", type=Path, required=True)
    arguments = parser.parse_args()
    if arguments.part != "all":
        arguments.no_write = True
    if arguments.quick:
        arguments.rounds, arguments.seconds, arguments.warm_up, arguments.no_write = 1, 4, 2, True

    teller = Teller(os.environ["MONGO_URL"], arguments.scratch, **SETTINGS)
    bench, began = Bench(teller, arguments), time.monotonic()
    try:
        teller.bankctl("migrate")
        bench.seed()
        teller.core.start()
        live = LiveBench(teller, bench.tokens, arguments.peers, arguments, bench.settle,
                         bench.note, say)
        for number in range(arguments.rounds):
            say(f"round {number + 1} of {arguments.rounds}")
            if arguments.part != "wire":
                bench.round()
            if arguments.part != "money":
                live.round()
        teller.verify()
        say("  bankctl verify: clean")
    finally:
        teller.core.stop()
        with MongoClient(os.environ["MONGO_URL"]) as client:
            client.drop_database(teller.settings["MONGO_DATABASE"])
    outcome = {"machine": machine(), "rounds": arguments.rounds, "seconds": arguments.seconds,
               "accounts": arguments.accounts, "connections": CONNECTIONS,
               "medians": medians(bench.results), "results": bench.results,
               "costs": {name: statistics.median(cost[name] for cost in bench.costs)
                         for name in (bench.costs or [{}])[0]},
               "tookSeconds": round(time.monotonic() - began)}
    stamp = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    file = arguments.results / f"bench-{stamp}.json"
    file.write_text(json.dumps(outcome, indent=2) + "\n")
    say(f"all results: {file}")
    print(report.table(outcome))
    if not arguments.no_write:
        (ROOT / "docs" / "benchmarks.md").write_text(report.page(outcome))
        (ROOT / "docs" / "benchmarks.svg").write_text(report.plot(outcome))
        say("written: docs/benchmarks.md, docs/benchmarks.svg")
    return 0


if __name__ == "__main__":
    sys.exit(main())
