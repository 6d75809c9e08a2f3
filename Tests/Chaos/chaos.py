"""kill -9 under load, again and again; then the books, the journal and the live wire are checked.

Three loads run at once: bank-load on many accounts with its own books, a few Python clients with
theirs (they compare the replies of retries), and a probe that tells how long money stood still.
The checkers are believed only because they notice planted faults at the end.
"""

import argparse
import json
import random
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests" / "EndToEnd"))

from pymongo import MongoClient  # noqa: E402

from faults import plant_faults  # noqa: E402
from support.bank import sign_up  # noqa: E402
from support.load import Load  # noqa: E402
from support.processes import Teller, binary, environment  # noqa: E402
from support.wire import Follower  # noqa: E402

FLOW_SECONDS_MAX = 5.0
OPENING = 500_000


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class Report:
    """What was found; a violation is printed at once and fails the run."""

    def __init__(self) -> None:
        self.violations: list[str] = []
        self.facts: dict[str, object] = {}

    def check(self, holds: bool, what: str) -> None:
        say(f"  {'ok ' if holds else 'BAD'} {what}")
        if not holds:
            self.violations.append(what)

    def attempt(self, what: str, work) -> None:
        """`work` speaks by AssertionError."""
        try:
            work()
        except AssertionError as error:
            self.check(False, f"{what}: {error}")
        else:
            self.check(True, what)


class Heavy:
    """bank-load on accounts of its own, for longer than the kills take, ended by a signal file."""

    def __init__(self, teller: Teller, logs: Path, accounts: int, seed: int):
        self.tokens = logs / "tokens.jsonl"
        teller.bankctl("seed", "--customers", str(accounts), "--tokens", str(self.tokens))
        self.teller, self.logs, self.seed = teller, logs, seed
        self.process: subprocess.Popen | None = None

    def payers(self) -> list[dict]:
        return [json.loads(line) for line in self.tokens.read_text().splitlines()]

    def start(self, *arguments: str) -> "Heavy":
        command = [
            binary("bank-load"), "transfers", "--url", self.teller.core.url, "--tokens",
            str(self.tokens), "--seed", str(self.seed), "--warm-up", "0", "--request-timeout", "5",
            "--json", *arguments]
        with (self.logs / "bank-load.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment({}), stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=log, text=True)
        return self

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def result(self, report: Report) -> dict:
        output, _ = self.process.communicate(timeout=180)
        log = (self.logs / "bank-load.log").read_text(errors="replace")[-2000:]
        report.check(self.process.returncode == 0, f"bank-load ended with {self.process.returncode}"
                     + ("" if self.process.returncode == 0 else f": {output[-2000:]} {log}"))
        return json.loads(output) if output.strip().startswith("{") else {}


class Probe(threading.Thread):
    """One small transfer after the other; notes when each was acknowledged."""

    def __init__(self, teller: Teller):
        super().__init__(daemon=True)
        self.load = Load([sign_up(teller, "Probe One"), sign_up(teller, "Probe Two")], threads=0)
        self.last = time.monotonic()
        self.done = threading.Event()

    def run(self) -> None:
        choose = random.Random(7)
        from support.load import Attempt
        while not self.done.is_set():
            payer = choose.randrange(2)
            attempt = Attempt(payer, 1 - payer, 1)
            self.load.attempts.append(attempt)
            self.load.decide(attempt)
            self.last = time.monotonic()
            time.sleep(0.01)

    def flows_after(self, moment: float, patience: float = 30) -> float:
        """Seconds from `moment` until a transfer that was acknowledged after it."""
        while self.last <= moment:
            if time.monotonic() - moment > patience:
                return float("inf")
            time.sleep(0.005)
        return self.last - moment


def kill_core(teller: Teller, arguments: argparse.Namespace, logs: Path, report: Report) -> None:
    say(f"{arguments.core_kills} × kill -9 of bank-core under load")
    heavy = Heavy(teller, logs, arguments.accounts, arguments.seed)
    light = Load([sign_up(teller, f"Customer {index}") for index in range(6)], threads=4,
                 seed=arguments.seed)
    probe = Probe(teller)
    # An upper bound: a start and a pause for each kill.
    heavy.start("--connections", str(arguments.connections),
                "--seconds", str(arguments.core_kills * (FLOW_SECONDS_MAX + 3)))
    light.start()
    probe.start()
    choose, outages = random.Random(arguments.seed), []
    try:
        for number in range(arguments.core_kills):
            time.sleep(choose.uniform(0.5, 2.5))
            teller.core.kill()
            killed = time.monotonic()
            teller.core.start()
            outages.append(probe.flows_after(killed))
            say(f"  kill {number + 1}: money flows after {outages[-1]:.2f} s")
    finally:
        light.stop()
        probe.done.set()
        probe.join(timeout=60)
    report.facts["core_outage_seconds"] = [round(outage, 2) for outage in outages]
    report.check(max(outages) <= FLOW_SECONDS_MAX,
                 f"money flowed again within {FLOW_SECONDS_MAX} s, at the longest {max(outages):.2f} s")
    say("waiting for bank-load to end and to check its books")
    result = heavy.result(report)
    report.facts["bank_load"] = {name: result.get(name) for name in
                                 ("posted", "refused", "rejected", "unknown", "check")}
    check = result.get("check") or {}
    report.check(bool(check.get("holds")),
                 f"I1-I5 by bank-load's books: {result.get('posted')} posted, {check.get('settled')} "
                 f"unknown ones settled, {check.get('repliesCompared')} replies compared")
    report.check(sum((result.get("unknown") or {}).values()) > 0, "the kills did lose replies")
    report.attempt("I2-I6 by the Python clients' books: "
                   f"{sum(a.asked > 1 for a in light.attempts)} of {len(light.attempts)} asked again",
                   lambda: light.check(OPENING))
    report.attempt("I2-I6 by the probe's books", lambda: probe.load.check(OPENING))
    verify(teller, report)
    report.check(not holds_when_lost_counts_as_failed(light),
                 "planted fault noticed: lost replies counted as failed")


def holds_when_lost_counts_as_failed(load: Load) -> bool:
    """The books as a careless client keeps them: what had to be asked again did not happen."""
    careless = [OPENING] * len(load.customers)
    for attempt in load.attempts:
        if attempt.status == 201 and attempt.asked == 1:
            careless[attempt.payer] -= attempt.amount
            careless[attempt.payee] += attempt.amount
    return careless == [customer.balance() for customer in load.customers]


def verify(teller: Teller, report: Report) -> None:
    done = teller.bankctl("verify", check=False)
    report.check(done.returncode == 0, "I1, I6, I7 by bankctl verify"
                 + ("" if done.returncode == 0 else f": {(done.stdout + done.stderr)[-2000:]}"))


def kill_wire(teller: Teller, arguments: argparse.Namespace, logs: Path, report: Report) -> None:
    say(f"{arguments.wire_kills} × kill -9 of bank-websocket under load")
    heavy = Heavy(teller, logs, 20, arguments.seed + 1)
    followers = [Follower(teller, payer["token"], payer["accountId"]) for payer in heavy.payers()]
    for follower in followers:
        follower.start()
    heavy.start("--connections", "16", "--rate", "200", "--seconds", str(arguments.wire_kills * 4))
    choose = random.Random(arguments.seed)
    for _ in range(arguments.wire_kills):
        time.sleep(choose.uniform(1, 2.5))
        teller.wire.kill()
        time.sleep(choose.uniform(0, 0.5))
        teller.wire.start()
    heavy.result(report)
    check_followers(teller, followers, heavy.payers(), arguments.wire_kills, report)
    verify(teller, report)


def check_followers(teller: Teller, followers: list[Follower], payers: list[dict], kills: int,
                    report: Report) -> None:
    """I9 for those who resume: every seq once, in order, none missing."""
    from support.bank import Client
    told, resumed, bad = 0, 0, []
    for follower, payer in zip(followers, payers):
        account = Client(teller.core.url, payer["token"]).get(f"/accounts/{payer['accountId']}")
        last = account.json()["seq"]
        try:
            seqs = follower.finish(last)
        except AssertionError as error:
            bad.append(f"{payer['accountId']}: {error}")
            continue
        told += len(seqs)
        resumed += follower.connections - 1
        if seqs != list(range(1, last + 1)):
            wrong = next((i for i, seq in enumerate(seqs) if seq != i + 1), len(seqs))
            bad.append(f"{payer['accountId']}: wrong from {seqs[max(0, wrong - 2):wrong + 3]}")
    report.facts["wire"] = {"entriesTold": told, "resumed": resumed, "followers": len(followers)}
    report.check(not bad, f"I9: {len(followers)} followers were told {told} entries, each seq once and "
                 f"in order, over {resumed} resumes" + "".join(f"\n      {line}" for line in bad))
    report.check(resumed >= kills, "the kills did cut the followers off")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--core-kills", type=int, default=20)
    parser.add_argument("--wire-kills", type=int, default=10)
    parser.add_argument("--accounts", type=int, default=200)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--logs", type=Path, required=True)
    arguments = parser.parse_args()
    if not (0 <= arguments.core_kills <= 1000 and 0 <= arguments.wire_kills <= 1000):
        parser.error("at most 1000 kills of each")
    with MongoClient(environment_mongo_url()) as client:
        report, began = Report(), time.monotonic()
        teller = Teller(environment_mongo_url(), arguments.logs, LOG_LEVEL="warning")
        database = client[teller.settings["MONGO_DATABASE"]]
        try:
            teller.start()
            if arguments.core_kills:
                kill_core(teller, arguments, arguments.logs, report)
            if arguments.wire_kills:
                kill_wire(teller, arguments, arguments.logs, report)
            plant_faults(teller, database, report)
        finally:
            teller.stop()
            client.drop_database(database.name)
    report.facts["seconds"] = round(time.monotonic() - began)
    print(json.dumps({"holds": not report.violations, "violations": report.violations,
                      **report.facts}, indent=2))
    say(f"{len(report.violations)} violations" if report.violations else "everything holds")
    return 1 if report.violations else 0


def environment_mongo_url() -> str:
    import os
    return os.environ["MONGO_URL"]


if __name__ == "__main__":
    sys.exit(main())
