"""I9 under faults: followers of the live wire, while it or its MongoDB is killed, paused, robbed of its
cursor or of its history, and money moves on."""

import argparse
import random
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, Iterator

from heavy import Heavy, say
from support.feed import interruptions, kill_feed_cursors, moved_away, roll_oplog
from support.nodes import ReplicaSet
from support.processes import Teller
from support.proxy import CuttingProxy
from support.told import Audience
from support.wire import wait_until

FOLLOWERS = 20
RATE = 200
#: After a fault is healed everybody must have everything within so long.
CAUGHT_UP_SECONDS_MAX = 60.0
PAUSE_SECONDS = (5.0, 30.0)
CUT_SECONDS = 2.0


class Scene:
    """A bank under load, and those who follow it."""

    def __init__(self, name: str, teller: Teller, heavy: Heavy, audience: Audience, report: Any):
        self.name, self.teller, self.heavy = name, teller, heavy
        self.audience, self.report = audience, report
        self.behind: list[float] = []

    def caught_up(self, what: str) -> None:
        """Measures how long after this moment everybody has what the journal holds now."""
        began, told = time.monotonic(), self.audience.told
        self.audience.wait_until_told(CAUGHT_UP_SECONDS_MAX)
        self.behind.append(time.monotonic() - began)
        say(f"  {what}: all had all after {self.behind[-1]:.2f} s, "
            f"{self.audience.told - told} entries later")


@contextmanager
def scene(name: str, url: str, arguments: argparse.Namespace, report: Any, seconds: float,
          proxied: bool = False) -> Iterator[tuple[Scene, CuttingProxy | None]]:
    """Money moves until the body ends, and at most `seconds`; then the books and I9 are looked at."""
    logs = arguments.logs / name.replace(" ", "-")
    logs.mkdir()
    teller = Teller(url, logs, LOG_LEVEL="warning").start()
    proxy = CuttingProxy(teller.wire_port, CUT_SECONDS, 2 * CUT_SECONDS, arguments.seed)
    try:
        heavy = Heavy(teller, logs, FOLLOWERS, arguments.seed)
        port = proxy.port if proxied else None
        with Audience(teller, heavy.payers(), port) as audience:
            heavy.start("--connections", "16", "--rate", str(RATE), "--seconds", str(seconds))
            one = Scene(name, teller, heavy, audience, report)
            wait_until(lambda: audience.told > FOLLOWERS * 10, 30)
            yield one, proxy if proxied else None
            # bank-load ends by itself; what it has left to do is not worth the wait.
            result = heavy.result(report)
            judge(one, result)
        report.attempt(f"{name}: I1, I6, I7 by bankctl verify", teller.verify)
    finally:
        teller.stop()
