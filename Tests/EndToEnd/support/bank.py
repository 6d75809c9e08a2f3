"""The bank as a client of the HTTP API sees it."""

import itertools
import json
import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable

import requests

from .document import assert_documented
from .processes import Teller

PASSWORD = "correct horse battery staple"
counter = itertools.count(1)


def key() -> str:
    return secrets.token_hex(12)


class Client:
    """One HTTP client of the bank, with a token or without. A connection for each thread."""

    def __init__(self, base: str, token: str | None = None):
        self.base = base
        self.token = token
        self.local = threading.local()

    @property
    def http(self) -> requests.Session:
        if not hasattr(self.local, "session"):
            self.local.session = requests.Session()
        return self.local.session

    def ask(self, method: str, path: str, *, body: Any = None, headers: dict | None = None,
            **options: Any) -> requests.Response:
        all_headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        all_headers.update(headers or {})
        if body is not None:
            options["json"] = body
        options.setdefault("timeout", 15)
        reply = self.http.request(
            method, f"{self.base}/api/v1{path}", headers=all_headers, **options)
        if not options.get("stream"):
            assert_documented(reply)
        return reply

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.ask("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> requests.Response:
        return self.ask("POST", path, body=body, **options)


@dataclass
class Customer(Client):
    """A customer who is logged in, with the account made at sign-up."""

    teller: Teller
    id: str
    account: dict
    token: str
    email: str = ""
    local: threading.local = field(default_factory=threading.local, repr=False)

    @property
    def base(self) -> str:
        return self.teller.core.url

    @property
    def wire(self) -> Client:
        """The live wire's own HTTP side."""
        return Client(self.teller.wire.url, self.token)

    def transfer(self, to: str, amount: int, *, idempotency_key: str | None = None,
                 headers: dict | None = None, **fields: Any) -> requests.Response:
        body = {"type": "transfer", "from": self.account["id"], "to": to, "amount": amount,
                "currency": self.account["currency"], **fields}
        return self.post("/transactions", body,
                         headers={"Idempotency-Key": idempotency_key or key(), **(headers or {})})

    def balance(self) -> int:
        reply = self.get(f"/accounts/{self.account['id']}/balance")
        assert reply.status_code == 200, reply.text
        return reply.json()["posted"]

    def entries(self) -> list[dict]:
        """The account's whole history, oldest first."""
        found, cursor = [], None
        while True:
            query = {"limit": 200} | ({"cursor": cursor} if cursor else {})
            page = self.get(f"/accounts/{self.account['id']}/transactions", params=query).json()
            found += page["data"]
            cursor = page["nextCursor"] if page["hasMore"] else None
            if cursor is None:
                return found[::-1]


def sign_up(teller: Teller, name: str = "Ada Lovelace", email: str | None = None) -> Customer:
    anyone = Client(teller.core.url)
    email = email or f"customer{next(counter)}.{secrets.token_hex(4)}@example.com"
    signed_up = anyone.post("/auth/signup", {"name": name, "email": email, "password": PASSWORD})
    assert signed_up.status_code == 201, signed_up.text
    logged_in = anyone.post("/auth/login", {"email": email, "password": PASSWORD})
    assert logged_in.status_code == 200, logged_in.text
    made = signed_up.json()
    return Customer(teller=teller, email=email, id=made["customer"]["id"], account=made["account"],
                    token=logged_in.json()["accessToken"])


def staff(teller: Teller, role: str = "admin") -> Customer:
    """Somebody who works for the bank, logged in; without an account."""
    email = f"{role}.{secrets.token_hex(4)}@bank.example"
    made = teller.bankctl("create-staff", "--role", role, "--email", email, "--name", "Grace Hopper",
                          "--password", PASSWORD)
    reply = Client(teller.core.url).post("/auth/login", {"email": email, "password": PASSWORD})
    assert reply.status_code == 200, reply.text
    return Customer(teller, made.stdout.strip(), {}, reply.json()["accessToken"], email)


class Pool:
    """Customers with a token and 5,000.00 each, without the cost of hashing a password for each.

    Their tokens belong to no stored session: who tests sessions signs up instead.
    """

    BATCH = 50

    def __init__(self, teller: Teller, folder: Path):
        self.teller, self.folder = teller, folder
        self.waiting: list[dict] = []

    def take(self) -> Customer:
        if not self.waiting:
            self.seed()
        one = self.waiting.pop()
        customer = Customer(self.teller, one["customerId"], {"id": one["accountId"]}, one["token"])
        customer.account = customer.get(f"/accounts/{one['accountId']}").json()
        return customer

    def take_many(self, count: int) -> list[Customer]:
        return [self.take() for _ in range(count)]

    def seed(self) -> None:
        tokens = self.folder / f"tokens-{next(counter)}"
        self.teller.bankctl("seed", "--customers", str(self.BATCH), "--balance", "500000",
                            "--tokens", str(tokens))
        self.waiting = [json.loads(line) for line in tokens.read_text().splitlines()]


def at_once(count: int, work: Callable[[int], Any], threads: int = 64) -> list[Any]:
    """Runs `work(0)` … `work(count - 1)` at the same time, as far as `threads` allow."""
    with ThreadPoolExecutor(max_workers=min(count, threads)) as pool:
        return list(pool.map(work, range(count)))


def assert_problem(reply: requests.Response, status: int, code: str, pointer: str | None = None,
                   fault: str | None = None) -> dict:
    """RFC 9457, with the code, the pointer and the request ID of the contract."""
    assert reply.status_code == status, f"{reply.status_code}: {reply.text}"
    assert reply.headers["Content-Type"].startswith("application/problem+json")
    body = reply.json()
    assert body["status"] == status
    assert body["code"] == code, body
    assert body["title"] and body["detail"] and body["type"]
    assert isinstance(body["retryable"], bool)
    assert body["requestId"] == reply.headers["X-Request-ID"]
    if pointer is not None:
        assert pointer in [error["pointer"] for error in body["errors"]], body
    if fault is not None:
        assert fault in [error["code"] for error in body["errors"]], body
    return body
