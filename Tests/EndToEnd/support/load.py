"""Transfers that go on through crashes, and the books that say afterwards what must be true."""

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

import requests

from .bank import Customer, key


@dataclass
class Attempt:
    """One transfer: asked again with its key until somebody knows how it ended."""

    payer: int
    payee: int
    amount: int
    key: str = field(default_factory=key)
    status: int | None = None
    body: bytes = b""
    asked: int = 0


class Load:
    """Customers who send each other money from `threads` threads until `stop`.

    No answer, a 503 and a 429 mean "unknown": the same order is sent again with the same key.
    """

    def __init__(self, customers: list[Customer], threads: int = 8, seed: int = 1):
        self.customers = customers
        self.attempts: list[Attempt] = []
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.work, args=(random.Random(seed + index),))
                        for index in range(threads)]

    def start(self) -> "Load":
        for thread in self.threads:
            thread.start()
        return self

    def stop(self) -> None:
        """Lets each attempt end, then returns. The bank must be up."""
        self.stopping.set()
        for thread in self.threads:
            thread.join(timeout=60)
            assert not thread.is_alive(), "a transfer was not decided within 60 s"

    def work(self, choose: random.Random) -> None:
        while not self.stopping.is_set():
            payer, payee = choose.sample(range(len(self.customers)), 2)
            attempt = Attempt(payer, payee, choose.choice([1, 7, 50, 300_000]))
            self.attempts.append(attempt)
            self.decide(attempt)

    def decide(self, attempt: Attempt) -> None:
        payer, payee = self.customers[attempt.payer], self.customers[attempt.payee]
        while attempt.status is None:
            attempt.asked += 1
            try:
                reply = payer.transfer(payee.account["number"], attempt.amount,
                                       idempotency_key=attempt.key)
            except requests.RequestException:
                time.sleep(0.05)
                continue
            if reply.status_code in (429, 503) or b"request_in_progress" in reply.content:
                time.sleep(0.05)
                continue
            attempt.status, attempt.body = reply.status_code, reply.content

    def check(self, opening: int = 500_000) -> Counter:
        """I2 to I6, from what the clients were told and what the bank now says."""
        outcomes = Counter(attempt.status for attempt in self.attempts)
        assert set(outcomes) <= {201, 409}, outcomes
        expected = [opening] * len(self.customers)
        for attempt in self.attempts:
            if attempt.status == 201:
                expected[attempt.payer] -= attempt.amount
                expected[attempt.payee] += attempt.amount
        assert [customer.balance() for customer in self.customers] == expected
        assert min(expected) >= 0
        self.check_histories()
        self.check_replays()
        return outcomes

    def check_histories(self) -> None:
        """Each accepted transfer stands exactly once in both histories, each seq exactly once."""
        for index, customer in enumerate(self.customers):
            entries = [entry for entry in customer.entries() if entry["status"] == "posted"]
            assert [entry["seq"] for entry in entries] == list(range(1, len(entries) + 1))
            told = sum(attempt.status == 201 and index in (attempt.payer, attempt.payee)
                       for attempt in self.attempts)
            assert len(entries) == told + 1, "the opening balance and each acknowledged transfer"

    def check_replays(self) -> None:
        """Whatever was asked more than once has one outcome: asked again, it says the same bytes."""
        for attempt in [attempt for attempt in self.attempts if attempt.asked > 1][:50]:
            payer, payee = self.customers[attempt.payer], self.customers[attempt.payee]
            again = payer.transfer(payee.account["number"], attempt.amount,
                                   idempotency_key=attempt.key)
            assert (again.status_code, again.content) == (attempt.status, attempt.body)
