"""Customers with a phone, their sessions, and their second factors."""

import base64
import hashlib
import hmac
import secrets
import struct
import time

from .bank import PASSWORD, Client, Customer, sign_up
from .processes import Teller

SECONDS_UNTIL_REFUSED = 5


def phone() -> str:
    return f"+1{secrets.randbelow(10**9):010d}"


def log_in(teller: Teller, email: str, password: str = PASSWORD) -> dict:
    reply = Client(teller.core.url).post("/auth/login", {"email": email, "password": password})
    assert reply.status_code == 200, reply.text
    return reply.json()


def refused_within(client: Client, seconds: float = SECONDS_UNTIL_REFUSED) -> bool:
    """Whether the token is refused by then."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if client.get("/auth/me").status_code == 401:
            return True
        time.sleep(0.1)
    return False


def with_phone(teller: Teller) -> Customer:
    """A customer with a phone number."""
    ada = sign_up(teller)
    ada.phone = phone()
    reply = ada.ask("PATCH", f"/customers/{ada.id}", body={"phone": ada.phone})
    assert reply.status_code == 200, reply.text
    return ada


def set_two_factor(ada: Customer, method: str, **fields: str):
    body = {"method": method, "currentPassword": PASSWORD, **fields}
    return ada.ask("PUT", "/auth/two-factor", body=body)


def ask_for_code(teller: Teller, email: str) -> dict:
    reply = Client(teller.core.url).post("/auth/login", {"email": email, "password": PASSWORD})
    assert reply.status_code == 202, reply.text
    return reply.json()


def answer(teller: Teller, challenge: dict, code: str):
    body = {"challengeId": challenge["challengeId"], "code": code}
    return Client(teller.core.url).post("/auth/otp", body)


def mailbox(teller: Teller, to: str) -> list[dict]:
    reply = Client(teller.core.url).get("/sandbox/messages", params={"to": to})
    assert reply.status_code == 200, reply.text
    return reply.json()["data"]


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def totp(secret: str, steps: int = 0) -> str:
    """RFC 6238, by Python's own means."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    counter = struct.pack(">q", int(time.time()) // 30 + steps)
    digest = hmac.new(key, counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start:start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"
