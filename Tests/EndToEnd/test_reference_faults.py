"""Faults that the systems which Teller learned from have (features.md, D), and that it must not have.

Each is a test; here are those that no other file shows in full:

| fault | where it is shown |
|---|---|
| a transfer to oneself changes a balance | here |
| parallel transfers lose money or one another | test_races.py, test_crashes.py; here: conflicts |
| the same key pays twice | test_idempotency.py |
| others' money moves, is read; the other side leaks | here; test_permissions.py, test_feature_rows_reversals.py |
| hashes, tokens, codes in replies or logs | here; test_feature_rows_bank.py |
| zero, negative, fractional, huge amounts | test_wrong_input.py |
| the whole balance can't be spent | here; test_races.py |
| a reversal twice, or in the wrong direction | test_feature_rows_reversals.py |
| a cancelled purchase keeps the money | test_feature_rows_reversals.py |
| forged, unsigned, expired, foreign tokens | here |
| an unauthenticated socket logs or listens | here |
| non-JSON, big, binary, broken frames | test_websocket.py; here: that nobody else notices |
| a slow reader fills the memory | here |
| open, endless logs, with lines of the client's making | here |
| an event of what was not committed | here |
| 429 without JSON, log line, Retry-After | here |
| closing loses money | test_feature_rows_bank.py, test_feature_rows_kit.py |
"""

import json
import secrets
import socket
import struct
import threading
import time

import pytest
import requests
from websockets.exceptions import ConnectionClosed

from conftest import Tellers
from support import wire
from support.bank import PASSWORD, Client, Customer, Pool, assert_problem, at_once, key, sign_up, staff
from support.crashes import FailPoint, attempt
from support.forgery import forgeries
from support.money import cancel, order, posted, reverse
from support.people import answer, ask_for_code, mailbox, set_two_factor, with_phone
from support.processes import Teller, log_lines
from test_websocket import masked, raw_socket


def test_d_a_transfer_to_oneself_changes_no_balance(ada: Customer):
    before, number, own = ada.balance(), ada.account["number"], ada.account["id"]
    for to in (own, number):
        refused = assert_problem(ada.transfer(to, 100), 422, "same_account")
        entry = ada.get(f"/transactions/{refused['transactionId']}").json()
        assert entry["status"] == "refused" and "seq" not in entry
    replies = at_once(50, lambda _: ada.transfer(number, before))
    assert {reply.status_code for reply in replies} == {422}
    account = ada.get(f"/accounts/{own}").json()
    assert (account["balance"]["posted"], account["seq"]) == (before, ada.account["seq"])


def test_d_a_conflict_of_the_database_is_tried_again_and_loses_nothing(tellers: Tellers, tmp_path):
    teller = tellers.start()
    payer, payee = Pool(teller, tmp_path).take_many(2)
    with FailPoint(teller) as point:
        # 91 says that the server goes away: the driver looks for a new one each time.
        for code, label, times in ((112, "TransientTransactionError", 3),
                                   (251, "TransientTransactionError", 3),
                                   (91, "UnknownTransactionCommitResult", 1)):
            point.set(["commitTransaction"], {"times": times}, errorCode=code, errorLabels=[label])
            replies = at_once(20, lambda _: payer.transfer(payee.account["number"], 1))
            assert {reply.status_code for reply in replies} == {201}, code
    assert (payer.balance(), payee.balance()) == (500_000 - 60, 500_000 + 60)
    teller.verify()


def test_d_the_whole_balance_can_be_spent(ada: Customer, ben: Customer):
    whole = ada.balance()
    assert_problem(ada.transfer(ben.account["number"], whole + 1), 409, "insufficient_funds")
    assert posted(ada.transfer(ben.account["number"], whole))["balanceAfter"] == 0
    assert_problem(ada.transfer(ben.account["number"], 1), 409, "insufficient_funds")
    assert (ada.balance(), ben.balance()) == (0, 500_000 + whole)


def test_d_nobody_moves_reads_or_reverses_what_is_not_theirs(ada: Customer, ben: Customer, pool: Pool):
    eve = pool.take()
    paid = posted(ada.transfer(ben.account["number"], 40, description="Rent"))
    mine = {"from": ada.account["id"]}
    for reply in (
            order(eve, "transfer", 1, to=eve.account["id"], **mine),
            order(eve, "transfer", 1, to=eve.account["id"], **{"from": ada.account["number"]}),
            order(eve, "withdrawal", 1, **mine), order(eve, "purchase", 1, to=eve.account["id"], **mine),
            order(eve, "deposit", 1, to=ada.account["id"]),
            reverse(eve, paid), cancel(eve, paid), eve.get(f"/transactions/{paid['id']}"),
            eve.get(f"/accounts/{ada.account['id']}"), eve.get(f"/accounts/{ada.account['id']}/balance"),
            eve.get(f"/accounts/{ada.account['id']}/transactions"), eve.get(f"/customers/{ada.id}"),
            eve.get("/transactions", params={"accountId": ada.account["id"]})):
        problem = assert_problem(reply, 404, "not_found")
        nobodys = eve.get("/transactions/txn_01kdq3v7c2e2v8q1x5h7m9b3za").json()
        assert {**problem, "requestId": ""} == {**nobodys, "requestId": ""}
    assert eve.get("/accounts", params={"customerId": ada.id}).json().get("data", []) == []
    assert eve.get("/transactions").json()["data"][:-1] == []
    assert ada.balance() == 500_000 - 40


def test_d_nothing_leaks_of_the_other_side(teller: Teller, pool: Pool):
    ada, ben = sign_up(teller), sign_up(teller, "Ben Babbage")
    secret = {ben.id, ben.email, ben.account["id"]}
    with wire.live(teller, ada.token) as connection:
        paid = ada.transfer(ben.account["number"], 3)
        told = wire.hear_type(connection, "transaction")
    back = posted(reverse(ben, paid.json()))
    shown = [paid.text, json.dumps(told), ada.transfer(ben.account["number"], 10**12).text]
    for path in ("/transactions", "/events", f"/transactions/{back['id']}",
                 f"/accounts/{ada.account['id']}/transactions",
                 f"/accounts/lookup?number={ben.account['number']}"):
        shown.append(ada.get(path).text)
    shown.append(ada.wire.get("/websocket/interactions").text)
    shown.append(ada.wire.get(f"/websocket/trace/{told['requestId']}").text)
    for text in shown:
        assert not [one for one in secret if one in text], text
    for entry in [paid.json(), told["transaction"], *ada.get("/transactions").json()["data"]]:
        for side in ("from", "to"):
            if entry[side]["number"] == ben.account["number"]:
                assert set(entry[side]) == {"number", "holderName"}


def test_d_no_hash_token_or_code_is_in_any_reply_or_log(tellers: Tellers):
    teller = tellers.start(LOG_LEVEL="debug")
    ada, admin = with_phone(teller), staff(teller)
    assert set_two_factor(ada, "otp").status_code == 200
    challenge = ask_for_code(teller, ada.email)
    wire.wait_until(lambda: mailbox(teller, ada.phone))
    code = mailbox(teller, ada.phone)[0]["code"]
    session = answer(teller, challenge, code).json()
    proposed = set_two_factor(ada, "totp").json()
    ticket = ada.wire.post("/websocket/tickets").json()["ticket"]
    wrong = f"wrong {secrets.token_hex(8)}"
    Client(teller.core.url).post("/auth/login", {"email": ada.email, "password": wrong})
    ada.get(f"/accounts?token={ada.token}")
    canaries = {PASSWORD, wrong, ada.token, session["accessToken"], session["refreshToken"], ticket,
                proposed["secret"], teller.settings["JWT_SECRET"], "$scrypt$"}
    with wire.live(teller, ada.token) as connection:
        wire.say(connection, type="auth", token=session["accessToken"])
        wire.hear_type(connection, "auth")
    shown = [admin.get(path).text for path in (
        "/customers", f"/customers/{ada.id}", "/messages", "/accounts", "/transactions", "/events")]
    shown += [ada.get(path).text for path in ("/auth/me", "/auth/sessions")]
    shown += [admin.wire.get("/websocket/interactions", params={"limit": 200}).text]
    logs = [service.log.read_text() for service in (teller.core, teller.wire)]
    for text in shown + logs:
        assert not [one for one in canaries if one in text]
    assert not [line for line in logs[0].splitlines() if f'"{code}"' in line or f" {code} " in line]


def test_d_forged_unsigned_expired_and_foreign_tokens_are_refused(teller: Teller, ada: Customer):
    assert ada.get("/accounts").status_code == 200
    made = list(forgeries(ada.token, teller.settings["JWT_SECRET"]))
    assert len(made) > 80
    bodies = set()
    for name, token in made:
        reply = Client(teller.core.url, token).get("/accounts")
        assert reply.status_code in ((401, 431) if len(token) > 8_000 else (401,)), name
        if reply.status_code == 401:
            bodies.add(json.dumps({**reply.json(), "requestId": ""}))
    assert len(bodies) == 1, bodies
    for path, client in (("/websocket/interactions", ada.wire), ("/events", ada)):
        for name, token in made[::9]:
            if len(token) < 8_000:
                reply = Client(client.base, token).get(path)
                assert_problem(reply, 401, "unauthenticated")


def test_d_a_token_of_another_bank_is_foreign(teller: Teller, tellers: Tellers, ada: Customer):
    other = tellers.start()
    assert_problem(Client(other.core.url, ada.token).get("/accounts"), 401, "unauthenticated")
    with wire.open_socket(other) as connection:
        wire.say(connection, type="auth", token=ada.token)
        assert wire.hear_type(connection, "auth")["code"] == "invalid_token"


def test_d_an_unauthenticated_socket_can_neither_log_nor_receive(
        teller: Teller, ada: Customer, ben: Customer):
    admin, request = staff(teller), f"anonymous-{secrets.token_hex(4)}"
    with wire.open_socket(teller) as connection:
        wire.say(connection, type="subscribe", id="1", accounts="all", events=["transaction"])
        wire.say(connection, type="subscribe", id="2", accounts=[ada.account["id"]], events=["balance"])
        for kind in ("interaction", "error"):
            wire.say(connection, type=f"event.{kind}", id="3", requestId=request, data={"text": "x"})
        posted(ada.transfer(ben.account["number"], 1))
        heard = []
        with pytest.raises((TimeoutError, ConnectionClosed)):
            while True:
                heard.append(wire.hear(connection, 1))
    assert {message["type"] for message in heard} <= {"error", "auth"}, heard
    query = {"requestId": request}
    assert admin.wire.get("/websocket/interactions", params=query).json()["data"] == []


def test_d_bad_frames_hurt_nobody_else(teller: Teller, ada: Customer, ben: Customer):
    bad = [b"\x00" * 4096, b"\x81\x02{}", masked(0x82, b"\x00\x01"), masked(0x81, b"\xff\xfe"),
           b"\x81\xff" + struct.pack(">Q", 2**63 - 1) + b"\0" * 4, b"\x81\xff" + b"\xff" * 8 + b"\0" * 4,
           masked(0x81, b"nonsense"), masked(0x88, b"\x00"), secrets.token_bytes(2_000)]
    with wire.live(teller, ada.token) as good:
        for frame in bad * 5:
            with raw_socket(teller) as connection:
                connection.sendall(frame)
        paid = posted(ada.transfer(ben.account["number"], 1))
        assert wire.hear_type(good, "transaction")["transaction"]["id"] == paid["id"]
    assert teller.wire.process.poll() is None
    assert not [line for line in log_lines(teller.wire) if line["level"] in ("error", "critical")]


def test_d_a_slow_reader_is_bounded_and_let_go(tellers: Tellers, tmp_path):
    teller = tellers.start(WEBSOCKET_QUEUE_BYTES="65536")
    ada, ben = Pool(teller, tmp_path).take_many(2)
    admin = staff(teller)
    reader = wire.Follower(teller, ben.token, ben.account["id"])
    reader.start()

    def is_connected() -> bool:
        found = admin.wire.get("/websocket/connections").json()["data"]
        return ada.id in [one["customerId"] for one in found]

    with raw_socket(teller) as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        slow.sendall(long_frame({"type": "auth", "token": ada.token}))
        slow.sendall(long_frame({"type": "subscribe", "id": "1", "accounts": "all",
                                 "events": ["transaction", "balance"]}))
        wire.wait_until(is_connected)
        memory = resident_bytes(teller)
        for _ in range(12):
            pay_a_thousand_times(ada, ben)
            if not is_connected():
                break
        wire.wait_until(lambda: not is_connected())
        assert resident_bytes(teller) < memory + 64 * 2**20
        last = ben.get(f"/accounts/{ben.account['id']}").json()["seq"]
        assert reader.finish(last, timeout=60) == list(range(1, last + 1))


def long_frame(message: dict) -> bytes:
    payload = json.dumps(message).encode()
    return b"\x81\xfe" + struct.pack(">H", len(payload)) + b"\0" * 4 + payload


def pay_a_thousand_times(payer: Customer, payee: Customer) -> None:
    orders = [{"idempotencyKey": key(), "type": "transfer", "from": payer.account["id"],
               "to": payee.account["id"], "amount": 1, "currency": "USD", "description": "x" * 200}
              for _ in range(1_000)]
    reply = payer.post("/transactions/batch", {"atomic": False, "transactions": orders}, timeout=60)
    assert reply.json()["posted"] == 1_000


def resident_bytes(teller: Teller) -> int:
    with open(f"/proc/{teller.wire.process.pid}/statm") as file:
        return int(file.read().split()[1]) * 4_096


def test_d_the_log_of_interactions_needs_a_token_is_bounded_and_keeps_its_lines(
        teller: Teller, ada: Customer, ben: Customer):
    for path in ("/interactions", "/errors", "/trace/x", "/connections"):
        assert_problem(Client(teller.wire.url).get(f"/websocket{path}"), 401, "unauthenticated")
        unversioned = requests.get(f"{teller.wire.url}/api/websocket{path}", timeout=5)
        assert unversioned.status_code == 401
    request = f"lines-{secrets.token_hex(4)}"
    forged = '\n2026-01-01T00:00:00.000Z admin logged in\r\n\u2028\x1b[2K{"level":"info"}'
    with wire.live(teller, ada.token) as connection:
        for number in range(3):
            wire.say(connection, type="event.interaction", id=str(number), requestId=request,
                     data={"text": forged})
            wire.hear_type(connection, "logged")
    query = {"requestId": request}
    for kind, lines in (("text/plain", 3), ("application/x-ndjson", 3)):
        reply = ada.wire.get("/websocket/interactions", params=query, headers={"Accept": kind})
        found = reply.content.decode().strip("\n").split("\n")
        assert len(found) == lines and "\r" not in reply.text and "\x1b" not in reply.text
    assert ada.wire.get("/websocket/interactions", params=query).json()["data"][0]["data"]["text"] == forged
    assert ben.wire.get("/websocket/interactions", params=query).json()["data"] == []
    assert_problem(ada.wire.get("/websocket/interactions?limit=201"), 400, "validation_failed", "?limit")
    assert all(json.loads(line) for line in teller.wire.log.read_text().splitlines())


def test_d_an_event_comes_only_after_the_commit_never_of_an_aborted_one(tellers: Tellers, tmp_path):
    teller = tellers.start()
    ada, ben = Pool(teller, tmp_path).take_many(2)
    lost = key()
    with wire.live(teller, ben.token) as connection:
        with FailPoint(teller) as point:
            point.set(["commitTransaction"], errorCode=251, errorLabels=["TransientTransactionError"])
            failed = ada.transfer(ben.account["number"], 666, idempotency_key=lost)
            assert failed.status_code == 503, failed.text
            with pytest.raises(TimeoutError):
                wire.hear_type(connection, "transaction", timeout=1)
            assert ben.balance() == 500_000
        with FailPoint(teller) as point:
            point.hold(["commitTransaction"], {"times": 1}, blockTimeMS=1_500)
            replies: list[requests.Response] = []
            paying = threading.Thread(
                target=attempt, args=(lambda: ada.transfer(ben.account["number"], 5), replies))
            paying.start()
            assert point.reached(5)
            with pytest.raises(TimeoutError):
                wire.hear_type(connection, "transaction", timeout=1)
            paying.join()
        assert replies[0].status_code == 201
        told = wire.hear_type(connection, "transaction")
        assert (told["transaction"]["amount"], told["seq"]) == (5, 2)
        assert ben.get(f"/transactions/{told['transaction']['id']}").status_code == 200
        retried = ada.transfer(ben.account["number"], 666, idempotency_key=lost)
        assert retried.status_code == 201
        assert wire.hear_type(connection, "transaction")["seq"] == 3
    assert ben.balance() == 500_000 + 5 + 666
    teller.verify()


def test_d_429_is_json_logged_and_says_when_to_come_back(tellers: Tellers):
    teller = tellers.start(RATE_LIMIT_ENABLED="true", RATE_LIMIT_ANONYMOUS="5", RATE_LIMIT_CUSTOMER="20")
    ada = sign_up(teller)
    refused = None
    began = time.monotonic()
    while refused is None and time.monotonic() - began < 20:
        reply = ada.get("/accounts")
        refused = reply if reply.status_code == 429 else None
    problem = assert_problem(refused, 429, "rate_limited")
    assert problem["retryable"] and 1 <= int(refused.headers["Retry-After"]) <= 60
    assert "r=0" in refused.headers["RateLimit"] and "q=20" in refused.headers["RateLimit-Policy"]
    [line] = [one for one in log_lines(teller.core) if one.get("request.id") == problem["requestId"]
              and one["message"] == "request"]
    assert line["http.status"] == 429
