"""Streams of frames with faults in them, many connections at once: each ends as a model of RFC 6455
says, and a customer beside them notices nothing.

A long run by hand: MUTATED_STREAMS=1000000 MUTATION_SEED=2 pytest -s -k mutated
"""

import os
import random
import socket
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

from support.arena import Arena
from support.frames import CLOSE, RawSocket, handshake, text
from support.mutations import stream, verdict

STREAMS = int(os.environ.get("MUTATED_STREAMS", "20000"))
SEED = int(os.environ.get("MUTATION_SEED", "1"))
PROCESSES, BATCH = 4, 500


def test_mutated_streams_end_as_the_rfc_says_and_disturb_nobody(arena: Arena):
    began, slowest, told = time.monotonic(), 0.0, 0
    ends: Counter = Counter()
    send = partial(send_batch, arena.teller.wire_port, arena.caller.token)
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        batches = [pool.submit(send, SEED * 10**9 + number) for number in range(-(-STREAMS // BATCH))]
        while not all(batch.done() for batch in batches):
            asked = time.monotonic()
            arena.assert_unharmed()
            slowest = max(slowest, time.monotonic() - asked)
            arena.assert_told()
            told += 1
            for batch in batches:
                assert not batch.done() or not batch.result()[1], batch.result()[1]
            time.sleep(0.1)
    for batch in batches:
        ends += batch.result()[0]
    print(f"\n{sum(ends.values())} streams in {time.monotonic() - began:.0f} s, ends {dict(ends)}; "
          f"the bystander was told of {told} transfers, slowest answer {slowest * 1000:.0f} ms")
    assert sum(ends.values()) >= STREAMS and len(ends) >= 6


def send_batch(port: int, token: str, seed: int) -> tuple[Counter, list[str]]:
    """How so many streams ended, and those that ended in another way than they should."""
    choose, ends, faults = random.Random(seed), Counter(), []
    for number in range(BATCH):
        data = stream(choose)
        expected = verdict(data)
        start = handshake() + (text(type="auth", token=token) if choose.random() < 0.5 else b"")
        try:
            ended = end_of(port, start, data, expected, choose)
        except (AssertionError, TimeoutError) as error:
            ended = repr(error)
        ends[ended] += 1
        if ended != expected:
            faults.append(f"seed {seed}, stream {number}: {ended} instead of {expected}: {data.hex()}")
    return ends, faults


def end_of(port: int, start: bytes, data: bytes, expected: int | None, choose: random.Random) -> int | None:
    """The code of the server's close; None when it waited for the frame's rest and gave up at our end."""
    with RawSocket(port) as client:
        client.send(start)
        client.send(data, chop=choose.choice([None, None, 7, 100]))
        if expected is None:
            client.socket.shutdown(socket.SHUT_WR)
        assert client.head().status == 101
        while (heard := client.next()) is not None:
            if heard.opcode == CLOSE:
                assert client.next() is None, "something after the close"
                return int.from_bytes(heard.payload[:2], "big")
        return None
