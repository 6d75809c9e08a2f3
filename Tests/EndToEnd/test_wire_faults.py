"""I9: whatever happens to the live wire, its MongoDB or its change stream, those who follow an account
are told what the journal holds: each entry once, in seq order, nothing that was not committed.

Longer, and more often: scripts/chaos.
"""

import shutil
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

import pytest
from pymongo import MongoClient

from conftest import Tellers
from support import wire
from support.bank import Customer, Pool
from support.feed import (
    feed_cursors, interruptions, kill_feed_cursors, lose_history, moved_away, roll_oplog)
from support.load import Load
from support.money import posted
from support.nodes import ReplicaSet
from support.processes import Teller
from support.told import Audience
from support.wire import wait_until

#: After a fault everybody has everything within so many seconds.
HEALED_SECONDS = 20


class Scene:
    """Customers who pay each other all the time, and an audience that follows them."""

    def __init__(self, teller: Teller, customers: list[Customer]):
        self.teller, self.customers = teller, customers
        self.audience = Audience(teller, customers)
        self.load = Load(customers, threads=3)

    def goes_on(self, entries: int = 20) -> None:
        """Waits for that many entries more, and until all have been told what there is."""
        wanted = self.audience.told + entries
        wait_until(lambda: self.audience.told >= wanted, HEALED_SECONDS,
                   lambda: f"told {self.audience.told} of {wanted}")
        self.audience.wait_until_told(HEALED_SECONDS)


@contextmanager
def scene(tellers: Tellers, folder: Path, url: str | None = None) -> Iterator[Scene]:
    """At its end I9 must hold."""
    given, tellers.mongo_url = tellers.mongo_url, url or tellers.mongo_url
    try:
        teller = tellers.start()
        one = Scene(teller, Pool(teller, folder).take_many(4))
        with one.audience:
            one.load.start()
            try:
                one.goes_on()
                yield one
                one.goes_on()
            finally:
                one.load.stop()
            assert one.audience.finish() == []
        teller.verify()
    finally:
        tellers.stop()
        tellers.mongo_url = given


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReplicaSet]:
    with ReplicaSet(tmp_path_factory.mktemp("three")) as nodes:
        yield nodes


@pytest.fixture
def nodes(three: ReplicaSet) -> Iterator[ReplicaSet]:
    """Three nodes, whole before each test."""
    three.wait_until_whole()
    yield three


@pytest.fixture(scope="module")
def forgetful(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReplicaSet]:
    """A node with an operation log of 1 MB."""
    with ReplicaSet(tmp_path_factory.mktemp("forgetful"), 1,
                    "--oplogSize", "1", "--syncdelay", "1") as nodes:
        yield nodes


def test_a_killed_cursor_leaves_no_gap(tellers: Tellers, tmp_path: Path, mongo_url: str):
    with scene(tellers, tmp_path) as one, MongoClient(mongo_url) as client:
        for number in range(3):
            wait_until(lambda: kill_feed_cursors(client, one.teller))
            wait_until(lambda: interruptions(one.teller, "interrupted") > number)
            one.goes_on()
        before = one.audience.connections
    assert one.audience.connections == before == 4
    # The checker that all these tests believe finds no fault with the truth, and with every lie.
    assert one.audience.unnoticed == []


def test_a_primary_that_steps_down_leaves_no_gap(tellers: Tellers, tmp_path: Path, nodes: ReplicaSet):
    with scene(tellers, tmp_path, nodes.url):
        nodes.step_down()


def test_what_a_lost_majority_never_had_is_never_told(tellers: Tellers, tmp_path: Path, nodes: ReplicaSet):
    """A transfer that only the primary has; it dies, and the others go on without it."""
    with scene(tellers, tmp_path, nodes.url) as one:
        former, others = nodes.primary, nodes.others
        before, moved = one.audience.told, count_posted(one, former)
        for node in others:
            node.fail("stopReplProducer", "alwaysOn")
        wait_until(lambda: count_posted(one, former) > moved)
        time.sleep(0.5)
        only_there = count_posted(one, former)
        former.kill()
        for node in others:
            node.fail("stopReplProducer", "off")
        one.goes_on()
        former.start()
        nodes.wait_until_whole()
    assert only_there > moved and one.audience.told > before


def count_posted(one: Scene, node) -> int:
    """By what this node has, whether the others have it or not."""
    return node.client[one.teller.settings["MONGO_DATABASE"]].transactions.count_documents(
        {"status": "posted"})


def test_a_posting_is_told_once_the_majority_has_it_though_the_feed_begins_anew_meanwhile(
        tellers: Tellers, tmp_path: Path, nodes: ReplicaSet):
    with scene(tellers, tmp_path, nodes.url) as one:
        one.load.stop()
        one.audience.wait_until_told()
        told, primary = one.audience.told, nodes.primary
        moved = count_posted(one, primary)
        for node in nodes.others:
            node.fail("stopReplProducer", "alwaysOn")
        ada, ben = one.customers[:2]
        paying = threading.Thread(target=lambda: ada.transfer(ben.account["number"], 1))
        try:
            paying.start()
            wait_until(lambda: count_posted(one, primary) == moved + 1)
            lose_history(primary.client, one.teller)
            wait_until(lambda: interruptions(one.teller, "historyLost"))
            wait_until(lambda: feed_cursors(primary.client, one.teller))
            time.sleep(0.7)
            assert one.audience.told == told
        finally:
            for node in nodes.others:
                node.fail("stopReplProducer", "off")
            paying.join()
        wait_until(lambda: one.audience.told == told + 2, 5, lambda: f"{one.audience.told - told} told")
        one.load = Load(one.customers, threads=3).start()


def test_lost_history_leaves_no_gap(tellers: Tellers, tmp_path: Path, forgetful: ReplicaSet):
    """The wire stands still while the operation log rolls over: for those who stay, those who were
    away meanwhile, and those who come when the wire was started anew."""
    client = forgetful.nodes[0].client
    with scene(tellers, tmp_path, forgetful.url) as one:
        gone = one.audience.followers[:2]
        for follower in gone:
            follower.leave()
        one.teller.wire.pause()
        roll_oplog(client)
        one.teller.wire.go_on()
        wait_until(lambda: interruptions(one.teller, "historyLost"))
        for follower in gone:
            follower.come_back()
        one.goes_on()
        stayed = [follower.connections for follower in one.audience.followers[2:]]
        one.teller.wire.kill()
        roll_oplog(client)
        one.teller.wire.start()
        wait_until(lambda: interruptions(one.teller, "historyLost") > 1)
    assert stayed == [1, 1]


def test_a_stream_that_ends_for_good_leaves_no_gap(tellers: Tellers, tmp_path: Path, mongo_url: str):
    """As when the database is dropped and restored: the change stream can't be resumed."""
    with scene(tellers, tmp_path) as one, MongoClient(mongo_url) as client:
        one.load.stop()
        one.teller.core.stop()
        with moved_away(client, one.teller.settings["MONGO_DATABASE"]):
            wait_until(lambda: interruptions(one.teller, "historyLost"))
        one.teller.core.start()
        one.load = Load(one.customers, threads=3).start()


def test_a_restored_backup_tells_those_who_stayed_that_their_position_is_no_more(
        tellers: Tellers, tmp_path: Path):
    """The node gets the volume of some time ago, and money moves on from there."""
    with ReplicaSet(tmp_path / "nodes", 1) as nodes:
        node, tellers.mongo_url = nodes.nodes[0], nodes.url
        teller = tellers.start()
        ada, ben = Pool(teller, tmp_path).take_many(2)
        with wire.live(teller, ada.token) as connection:
            posted(ada.transfer(ben.account["number"], 1))
            teller.core.stop()
            node.kill()
            shutil.copytree(node.folder, tmp_path / "backup")
            node.start()
            teller.core.start()
            for amount in (2, 3):
                posted(ada.transfer(ben.account["number"], amount))
            assert [wire.hear_type(connection, "transaction")["seq"] for _ in range(3)] == [2, 3, 4]
            teller.core.stop()
            node.kill()
            shutil.rmtree(node.folder)
            shutil.move(tmp_path / "backup", node.folder)
            node.start()
            teller.core.start()
            assert wire.close_code(connection, timeout=30) == 1012
        posted(ada.transfer(ben.account["number"], 4))
        with wire.open_socket(teller) as connection:
            wire.authenticate(connection, ada.token)
            told = wire.subscribe(connection, positions={ada.account["id"]: 4})["accounts"][0]
            assert (told["seq"], told["recovered"]) == (3, False)
        tellers.stop()
