"""kill -9 under load, again and again; then the books, the journal and the live wire are checked.

Three loads run at once: bank-load on many accounts with its own books, a few Python clients with
theirs (they compare the replies of retries), and a probe that tells how long money stood still.
The checkers are believed only because they notice planted faults at the end.
"""

import argparse
import json
import os
import random
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests" / "EndToEnd"))

from pymongo import MongoClient  # noqa: E402

from faults import plant_faults  # noqa: E402
from heavy import Heavy, say  # noqa: E402
from support.bank import sign_up  # noqa: E402
from support.load import Load  # noqa: E402
from support.processes import Teller  # noqa: E402
from wire import faults_of_the_wire  # noqa: E402

FLOW_SECONDS_MAX = 5.0
OPENING = 500_000


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


#: What is done how often: each is an option.
COUNTS = {
    "core-kills": (20, "kill -9 of bank-core"),
    "wire-kills": (10, "kill -9 of bank-websocket"),
    "node-kills": (5, "kill -9 of a node of MongoDB"),
    "cursor-kills": (10, "killCursors of the change stream"),
    "step-downs": (2, "the primary hands over"),
    "pauses": (1, "SIGSTOP of the primary for 5 to 30 s"),
    "lost-histories": (2, "the operation log rolls over while the wire stands still or is dead"),
    "restores": (1, "the database is dropped and comes back"),
}


def arguments_given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    for name, (count, what) in COUNTS.items():
        parser.add_argument(f"--{name}", type=int, default=count, metavar="N", help=what)
    parser.add_argument("--cuts-minutes", type=float, default=0, metavar="M",
                        help="a proxy cuts every socket off for 2 s again and again")
    parser.add_argument("--accounts", type=int, default=200)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--logs", type=Path, required=True)
    arguments = parser.parse_args()
    counts = [getattr(arguments, name.replace("-", "_")) for name in COUNTS]
    if not all(0 <= count <= 1000 for count in [*counts, arguments.cuts_minutes]):
        parser.error("at most 1000 of each")
    return arguments


def kill_core_and_plant(url: str, arguments: argparse.Namespace, report: Report) -> None:
    teller = Teller(url, arguments.logs, LOG_LEVEL="warning")
    with MongoClient(url) as client:
        database = client[teller.settings["MONGO_DATABASE"]]
        try:
            teller.start()
            kill_core(teller, arguments, arguments.logs, report)
            plant_faults(teller, database, report)
        finally:
            teller.stop()
            client.drop_database(database.name)


def main() -> int:
    arguments, url = arguments_given(), os.environ["MONGO_URL"]
    report, began = Report(), time.monotonic()
    if arguments.core_kills:
        kill_core_and_plant(url, arguments, report)
    faults_of_the_wire(url, arguments, report)
    report.facts["seconds"] = round(time.monotonic() - began)
    print(json.dumps({"holds": not report.violations, "violations": report.violations,
                      **report.facts}, indent=2))
    say(f"{len(report.violations)} violations" if report.violations else "everything holds")
    return 1 if report.violations else 0


if __name__ == "__main__":
    sys.exit(main())
