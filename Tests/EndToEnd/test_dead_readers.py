"""Sockets that are never read: they are let go, cost little, and nobody else notices.

A long run by hand: DEAD_READERS=50 EVENTS=100000 LOAD_SECONDS=30 pytest -s -k dead
"""

import json
import os
import subprocess
from collections import Counter
from pathlib import Path

from conftest import Tellers
from support.bank import Customer, staff
from support.processes import ROOT, Teller, binary
from support.readers import TOO_SLOW, DeadReader, memory
from support.told import Audience

DEAD_READERS = int(os.environ.get("DEAD_READERS", "10"))
#: Journal entries that a dead reader would have had to read.
EVENTS = int(os.environ.get("EVENTS", "5000"))
RATE = int(os.environ.get("TRANSFERS_PER_SECOND", "500"))
LOAD_SECONDS = int(os.environ.get("LOAD_SECONDS", "3"))
ACCOUNTS = 20
#: Every dead reader's queue full, by the default of WEBSOCKET_QUEUE_BYTES twice over, and what a
#: process needs for so many events anyhow.
QUEUE_BYTES = 1 << 20
BYTES_ANYHOW = 100 << 20


def test_dead_readers_are_let_go_and_cost_little_and_others_are_told_everything(
        tellers: Tellers, tmp_path: Path):
    teller = tellers.start(WEBSOCKET_CONNECTIONS_PER_CUSTOMER=str(DEAD_READERS), LOG_LEVEL="warning")
    tokens = tmp_path / "tokens"
    teller.bankctl("seed", "--customers", str(ACCOUNTS), "--balance", "500000", "--tokens", str(tokens))
    customers = [json.loads(line) for line in tokens.read_text().splitlines()]
    clerk = staff(teller, "teller")
    with Audience(teller, customers[:4]) as audience:
        _, alone = followed(teller, tokens)
        before, _ = memory(teller.wire)
        dead = [DeadReader(teller, clerk.token, [one["accountId"] for one in customers])
                for _ in range(DEAD_READERS)]
        told, beside = followed(teller, tokens)
        while told < EVENTS:
            told += followed(teller, tokens)[0]
        after, highest = memory(teller.wire)
        assert let_go(clerk) == DEAD_READERS
        ends = Counter(reader.end() for reader in dead)
        assert audience.finish() == []
        assert audience.connections == len(audience.followers)
    assert set(ends) <= {TOO_SLOW, "cut"}, ends
    assert highest - before < DEAD_READERS * QUEUE_BYTES * 2 + BYTES_ANYHOW
    print(f"\n{DEAD_READERS} dead readers ended by {dict(ends)}, {told} entries: resident MB "
          f"{before >> 20} before, {highest >> 20} at most, {after >> 20} after; from the commit to the "
          f"others, microseconds: {alone} without them, {beside} with them")


def followed(teller: Teller, tokens: Path) -> tuple[int, dict]:
    """Transfers between the accounts, each followed by a socket of the load client: how many entries
    it was told (none is missing), and how long after their commits."""
    done = subprocess.run(
        [binary("bank-load"), "sockets", "--url", teller.core.url, "--wire-url", teller.wire.url,
         "--tokens", str(tokens), "--sockets", str(ACCOUNTS), "--rate", str(RATE),
         "--seconds", str(LOAD_SECONDS), "--json"],
        cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(done.stdout)
    assert (result["isWhole"], result["gaps"], result["repeats"], result["lost"]) == (True, 0, 0, {})
    latency = result["commitToReceivedMicroseconds"]
    return result["messages"]["transaction"], {name: latency[name] for name in ("p50", "p99", "max")}


def let_go(clerk: Customer) -> int:
    """How many the wire has closed for their slowness, by its log."""
    query = {"kind": "slow.consumer", "customerId": clerk.id, "limit": 200}
    return len(clerk.wire.get("/websocket/interactions", params=query).json()["data"])
