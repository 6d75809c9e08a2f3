"""I9, looked at on each message: every posting of a subscribed account, in seq order, without a gap,
none twice over one position, none of others, and at the end exactly what the journal holds."""

import copy
from dataclasses import dataclass, field
from typing import Any, Callable, NamedTuple

import requests

from .bank import Client, Customer
from .processes import Teller
from .wire import Follower, wait_until

KEPT_MAX = 60


class Entry(NamedTuple):
    """A journal entry as one account sees it; minor units."""

    seq: int
    transaction: str
    balance_after: int


@dataclass
class Told:
    """What one account's follower was told, over all its connections. `faults` should stay empty."""

    account: str
    entries: list[Entry] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    #: The first messages, for `lies`.
    kept: list[dict] = field(default_factory=list)

    @property
    def position(self) -> int:
        return self.entries[-1].seq if self.entries else 0

    def hear(self, message: dict) -> None:
        """Any message of the wire, in its order."""
        kind = message["type"]
        if len(self.kept) < KEPT_MAX:
            self.kept.append(message)
        if kind == "subscribed":
            for account in message["accounts"]:
                self.expect(account["accountId"] == self.account, "a foreign account", message)
                self.expect(account["recovered"], "continuity was given up", message)
                self.expect(account["seq"] >= self.position, "the journal went back", message)
        elif kind in ("transaction", "balance"):
            if self.expect(message["accountId"] == self.account, "a foreign account", message):
                (self.entry if kind == "transaction" else self.balance)(message)

    def entry(self, message: dict) -> None:
        seq, last = message["seq"], self.position
        self.expect(seq > last, f"{seq} was told again, at {last}", message)
        self.expect(seq <= last + 1, f"a gap from {last} to {seq}", message)
        moved = message["transaction"]
        self.expect(moved["status"] == "posted" and moved["seq"] == seq, "not what was posted", message)
        self.entries.append(Entry(seq, moved["id"], message["balance"]["posted"]))

    def balance(self, message: dict) -> None:
        """It comes after the entries that it belongs to, and is the one that the last of them left."""
        told = next((one for one in reversed(self.entries[-500:]) if one.seq == message["seq"]), None)
        if self.expect(told is not None, "a balance before its entry", message):
            self.expect(told.balance_after == message["balance"]["posted"], "another balance", message)

    def expect(self, holds: bool, fault: str, message: dict) -> bool:
        if not holds and len(self.faults) < 20:
            self.faults.append(f"{self.account}: {fault}: {str(message)[:300]}")
        return holds

    def against(self, journal: list[Entry]) -> list[str]:
        """All faults, and where the whole of it differs from the journal (an entry that never was)."""
        if self.entries == journal:
            return self.faults
        pairs = zip(self.entries + [None] * len(journal), journal + [None] * len(self.entries))
        told, stands = next(pair for pair in pairs if pair[0] != pair[1])
        return self.faults + [f"{self.account}: told {told}, the journal has {stands}"]


def journal_of(teller: Teller, token: str, account: str) -> list[Entry]:
    """The account's journal by HTTP, oldest first."""
    customer = Customer(teller, "", {"id": account}, token)
    return [Entry(one["seq"], one["id"], one["balanceAfter"]) for one in customer.entries()
            if one["status"] == "posted"]


class Audience:
    """Followers of an account each. Through `port` they come by what stands in between."""

    def __init__(self, teller: Teller, customers: list[Any], port: int | None = None):
        """`customers`: as `Pool` or the file of tokens has them."""
        self.teller = teller
        self.followers: list[Follower] = []
        self.accounts: list[Told] = []
        #: Lies that the checker did not notice; known after `finish`.
        self.unnoticed: list[str] = ["not asked"]
        for one in customers:
            token, account = ((one["token"], one["accountId"]) if isinstance(one, dict)
                              else (one.token, one.account["id"]))
            told = Told(account)
            self.accounts.append(told)
            self.followers.append(Follower(teller, token, account, port=port, listener=told.hear))

    def __enter__(self) -> "Audience":
        for follower in self.followers:
            follower.start()
        return self

    def __exit__(self, *_: Any) -> None:
        for follower in self.followers:
            follower.done.set()

    @property
    def connections(self) -> int:
        return sum(follower.connections for follower in self.followers)

    @property
    def told(self) -> int:
        return sum(len(follower.seqs) for follower in self.followers)

    def journal_end(self, follower: Follower) -> int:
        def asked() -> int | None:
            try:
                reply = Client(self.teller.core.url, follower.token).get(
                    f"/accounts/{follower.account_id}")
            except requests.RequestException:
                return None
            return reply.json()["seq"] if reply.status_code == 200 else None
        return wait_until(asked, 60, lambda: "the bank does not tell where an account stands")

    def wait_until_told(self, seconds: float = 30) -> None:
        """Until everybody has what the journal holds now."""
        ends = [self.journal_end(follower) for follower in self.followers]
        wait_until(lambda: all(follower.position >= end for follower, end in zip(self.followers, ends)),
                   seconds, lambda: f"at {[one.position for one in self.followers]} of {ends}")

    def finish(self, seconds: float = 60) -> list[str]:
        """Waits for the journal's end and gives every fault. Nothing may move any more."""
        faults: list[str] = []
        for follower, told in zip(self.followers, self.accounts):
            try:
                follower.finish(self.journal_end(follower), seconds)
            except AssertionError as error:
                follower.done.set()
                faults.append(f"{follower.account_id}: {error}")
            journal = journal_of(self.teller, follower.token, told.account)
            faults += told.against(journal)
            if follower is self.followers[0]:
                self.unnoticed = unnoticed_lies(told, journal)
        return faults


Lie = Callable[[list[dict]], list[dict]]


def lies(account: str) -> dict[str, Lie]:
    """What a wire that breaks I9 would have said instead, from what a sound one said: a run of
    `transaction` and `balance` messages, three entries at least."""
    def middle(messages: list[dict]) -> int:
        found = [at for at, one in enumerate(messages) if one["type"] == "transaction"]
        return found[len(found) // 2]

    def changed(messages: list[dict], change: Callable[[dict], Any]) -> list[dict]:
        copied = copy.deepcopy(messages)
        change(copied[middle(messages)])
        return copied

    def without(messages: list[dict]) -> list[dict]:
        return messages[:middle(messages)] + messages[middle(messages) + 1:]

    def again(messages: list[dict]) -> list[dict]:
        return messages[:middle(messages) + 1] + messages[middle(messages):]

    def swapped(messages: list[dict]) -> list[dict]:
        entries = [one for one in messages if one["type"] == "transaction"]
        at = len(entries) // 2
        return entries[:at - 1] + [entries[at], entries[at - 1]] + entries[at + 1:]

    def uncommitted(messages: list[dict]) -> list[dict]:
        return changed(messages, lambda one: one["transaction"].update(id="txn_" + "0" * 26))

    def unfinished(messages: list[dict]) -> list[dict]:
        last = max(at for at, one in enumerate(messages) if one["type"] == "transaction")
        return messages[:last]

    def one_more(messages: list[dict]) -> list[dict]:
        copied = copy.deepcopy([one for one in messages if one["type"] == "transaction"][-1])
        copied["seq"] += 1
        copied["transaction"].update(seq=copied["seq"], id="txn_" + "0" * 26)
        return [*messages, copied]

    def early(messages: list[dict]) -> list[dict]:
        at = next(at for at, one in enumerate(messages) if one["type"] == "balance")
        return [messages[at], *messages]

    return {
        "an entry left out": without,
        "the last entry left out": unfinished,
        "an entry told twice": again,
        "two entries in the wrong order": swapped,
        "an entry that was never committed": uncommitted,
        "an entry more than the journal has": one_more,
        "an entry of somebody else": lambda told: changed(
            told, lambda one: one.update(accountId="acc_" + "0" * 26)),
        "another balance after an entry": lambda told: changed(
            told, lambda one: one["balance"].update(posted=one["balance"]["posted"] + 1)),
        "a balance before its entry": early,
        "a subscription that was not recovered": lambda told: [
            {"type": "subscribed", "accounts": [
                {"accountId": account, "seq": 10**9, "recovered": False}]}, *told],
    }


def unnoticed_lies(told: Told, journal: list[Entry]) -> list[str]:
    """Which of the lies the checker does not notice; and the truth, should it find fault with that."""
    def faults(messages: list[dict]) -> list[str]:
        checker = Told(told.account)
        for message in messages:
            checker.hear(message)
        return checker.against([one for one in journal if one.seq <= last])

    last = max(one["seq"] for one in told.kept if one["type"] == "transaction")
    unnoticed = [] if not faults(told.kept) else ["the truth"]
    return unnoticed + [name for name, lie in lies(told.account).items() if not faults(lie(told.kept))]
