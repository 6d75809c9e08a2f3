"""I9 under faults: followers of the live wire, while it or its MongoDB is killed, paused, robbed of its
cursor or of its history, and money moves on."""

import argparse
import random
import time
from contextlib import contextmanager
from typing import Any, Iterator

from heavy import Heavy, say
from support.feed import feed_cursors, interruptions, kill_feed_cursors, moved_away, roll_oplog
from support.nodes import Node, ReplicaSet
from support.processes import Teller
from support.proxy import CuttingProxy
from support.told import Audience
from support.wire import wait_until

FOLLOWERS = 20
RATE = 200
#: So many entries after a fault say that money moves again.
ENTRIES_AGAIN = 100
#: After a fault is healed everybody must have everything within so long.
CAUGHT_UP_SECONDS_MAX = 60.0
PAUSE_SECONDS = (5.0, 30.0)
CUT_SECONDS, OPEN_SECONDS = 2.0, 4.0


class Scene:
    """A bank under load, and those who follow it."""

    def __init__(self, teller: Teller, audience: Audience, choose: random.Random):
        self.teller, self.audience, self.choose = teller, audience, choose
        self.behind: list[float] = []

    def caught_up(self, what: str) -> None:
        """Measures how long after this moment money moves again, and everybody has all of it."""
        began, told = time.monotonic(), self.audience.told
        wait_until(lambda: self.audience.told >= told + ENTRIES_AGAIN, CAUGHT_UP_SECONDS_MAX,
                   lambda: f"{what}: nothing moves")
        self.audience.wait_until_told(CAUGHT_UP_SECONDS_MAX)
        self.behind.append(time.monotonic() - began)
        say(f"  {what}: all had everything after {self.behind[-1]:.2f} s, "
            f"{self.audience.told - told} entries")


@contextmanager
def scene(name: str, url: str, arguments: argparse.Namespace, report: Any,
          cuts: bool = False) -> Iterator[Scene]:
    """Money moves while the body runs; then I9 and the books are looked at."""
    logs = arguments.logs / name.replace(" ", "-")
    logs.mkdir()
    teller = Teller(url, logs, LOG_LEVEL="warning")
    try:
        teller.start()
        heavy = Heavy(teller, logs, FOLLOWERS, arguments.seed)
        proxy = CuttingProxy(teller.wire_port, CUT_SECONDS, OPEN_SECONDS, arguments.seed)
        with proxy, Audience(teller, heavy.payers(), proxy.port if cuts else None) as audience:
            one = Scene(teller, audience, random.Random(arguments.seed))
            heavy.start("--connections", "16", "--rate", str(RATE), "--seconds", "86400", "--no-check")
            try:
                wait_until(lambda: audience.told > FOLLOWERS * 10, 30)
                yield one
            finally:
                heavy.stop()
            proxy.heal()
            judge(name, one, proxy.cuts if cuts else None, report)
        report.attempt(f"{name}: I1, I6, I7 by bankctl verify", teller.verify)
    finally:
        teller.stop()


def judge(name: str, one: Scene, cuts: int | None, report: Any) -> None:
    audience = one.audience
    faults = audience.finish()
    resumed = audience.connections - len(audience.followers)
    report.facts[name] = {
        "followers": len(audience.followers), "entriesTold": audience.told, "resumed": resumed,
        "feedInterruptions": interruptions(one.teller),
        "historyLost": interruptions(one.teller, "historyLost"),
        "caughtUpSecondsMax": round(max(one.behind, default=0), 2), "cuts": cuts}
    report.check(not faults, f"{name}: I9: {len(audience.followers)} followers were told "
                 f"{audience.told} entries, each once and in order, over {resumed} resumes and "
                 f"{interruptions(one.teller)} interruptions of the feed"
                 + "".join(f"\n      {fault}" for fault in faults[:20]))
    report.check(not audience.unnoticed, f"{name}: planted lies noticed by the checker of I9"
                 + "".join(f"\n      not noticed: {lie}" for lie in audience.unnoticed))


def faults_of_the_wire(url: str, arguments: argparse.Namespace, report: Any) -> None:
    """Everything that was asked for. `url`: of the replica set for what leaves MongoDB alone."""
    if arguments.wire_kills:
        with scene("wire kills", url, arguments, report) as one:
            kill_wire(one, arguments.wire_kills)
            resumed = one.audience.connections - FOLLOWERS
            report.check(resumed >= arguments.wire_kills, "the kills did cut the followers off")
    if arguments.cuts_minutes:
        with scene("cuts", url, arguments, report, cuts=True):
            say(f"{arguments.cuts_minutes:g} minutes of cuts of {CUT_SECONDS:g} s")
            time.sleep(arguments.cuts_minutes * 60)
    if arguments.node_kills or arguments.cursor_kills or arguments.step_downs or arguments.pauses:
        with (ReplicaSet(arguments.logs / "three") as nodes,
              scene("node faults", nodes.url, arguments, report) as one):
            kill_cursors(one, nodes, arguments.cursor_kills)
            step_down(one, nodes, arguments.step_downs)
            pause_nodes(one, nodes, arguments.pauses)
            kill_nodes(one, nodes, arguments.node_kills)
    if arguments.lost_histories or arguments.restores:
        small = ("--oplogSize", "1", "--syncdelay", "1")
        with (ReplicaSet(arguments.logs / "forgetful", 1, *small) as nodes,
              scene("lost history", nodes.url, arguments, report) as one):
            lose_history(one, nodes, arguments.lost_histories, report)
            restore(one, nodes, arguments.restores, report)


def kill_wire(one: Scene, count: int) -> None:
    say(f"{count} × kill -9 of bank-websocket under load")
    for number in range(count):
        time.sleep(one.choose.uniform(0.5, 2))
        one.teller.wire.kill()
        time.sleep(one.choose.uniform(0, 0.5))
        one.teller.wire.start()
        # Most kills meet followers who have not caught up.
        if number % 10 == 9:
            one.caught_up(f"kill {number + 1}")


def feeder(one: Scene, nodes: ReplicaSet) -> Node:
    """The node that has the wire's change stream: after a hand-over it may be another than the
    primary."""
    def find() -> Node | None:
        return next((node for node in nodes.nodes if feed_cursors(node.client, one.teller)), None)
    return wait_until(find, 30, lambda: "no node has the change stream")


def kill_nodes(one: Scene, nodes: ReplicaSet, count: int) -> None:
    for number in range(count):
        time.sleep(one.choose.uniform(0.5, 2))
        primary, feeds = nodes.primary, feeder(one, nodes)
        node = one.choose.choice([primary, feeds, *nodes.others])
        node.kill()
        time.sleep(one.choose.uniform(0, 4))
        node.start()
        nodes.wait_until_whole()
        one.caught_up(f"kill {number + 1} of a node, {role(node, primary, feeds)}")


def role(node: Node, primary: Node, feeds: Node) -> str:
    known = ["the primary"] * (node is primary) + ["the feed's node"] * (node is feeds)
    return " and ".join(known) or "another"


def kill_cursors(one: Scene, nodes: ReplicaSet, count: int) -> None:
    for _ in range(count):
        time.sleep(one.choose.uniform(0.1, 0.8))
        wait_until(lambda: sum(kill_feed_cursors(node.client, one.teller) for node in nodes.nodes))
    if count:
        one.caught_up(f"{count} × killed cursors")


def step_down(one: Scene, nodes: ReplicaSet, count: int) -> None:
    for number in range(count):
        time.sleep(one.choose.uniform(0.5, 2))
        nodes.step_down()
        nodes.wait_until_whole()
        one.caught_up(f"step-down {number + 1}")


def pause_nodes(one: Scene, nodes: ReplicaSet, count: int) -> None:
    """Of the primary and of the feed's node in turn."""
    for number in range(count):
        primary, feeds = nodes.primary, feeder(one, nodes)
        node, seconds = (primary, feeds)[number % 2], one.choose.uniform(*PAUSE_SECONDS)
        node.pause()
        try:
            time.sleep(seconds)
        finally:
            node.go_on()
        nodes.wait_until_whole()
        one.caught_up(f"pause {number + 1}, of {role(node, primary, feeds)} for {seconds:.0f} s")


def lose_history(one: Scene, nodes: ReplicaSet, count: int, report: Any) -> None:
    """Half of the followers are away meanwhile; the wire stands still, or is dead."""
    gone = one.audience.followers[::2]
    for number in range(count):
        before = interruptions(one.teller, "historyLost")
        for follower in gone:
            follower.leave()
        if number % 2 == 0:
            one.teller.wire.pause()
            roll_oplog(nodes.nodes[0].client)
            one.teller.wire.go_on()
        else:
            one.teller.wire.kill()
            roll_oplog(nodes.nodes[0].client)
            one.teller.wire.start()
        for follower in gone:
            follower.come_back()
        wait_until(lambda: interruptions(one.teller, "historyLost") > before, 30,
                   lambda: "the history was not lost")
        one.caught_up(f"lost history {number + 1}")
    if count:
        report.check(interruptions(one.teller, "historyLost") >= count, "the history was lost")


def restore(one: Scene, nodes: ReplicaSet, count: int, report: Any) -> None:
    """The database is dropped and comes back: the stream ends for good."""
    for number in range(count):
        before = interruptions(one.teller, "historyLost")
        one.teller.core.stop()
        with moved_away(nodes.nodes[0].client, one.teller.settings["MONGO_DATABASE"]):
            wait_until(lambda: interruptions(one.teller, "historyLost") > before, 30,
                       lambda: "the stream did not end")
        one.teller.core.start()
        one.caught_up(f"restore {number + 1}")
