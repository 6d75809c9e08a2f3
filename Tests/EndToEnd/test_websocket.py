"""The realtime contract over the wire."""

import base64
import json
import os
import socket
import struct
import time

import pytest
from websockets.exceptions import InvalidStatus

from support import wire
from support.bank import Client, Customer, Pool, assert_problem, sign_up
from support.processes import Teller


def test_the_server_speaks_first(teller: Teller):
    with wire.connect(teller.socket, proxy=None, compression=None) as connection:
        hello = wire.hear(connection)
    assert (hello["type"], hello["protocol"]) == ("hello", 1)
    assert hello["connectionId"].startswith("con_")
    assert (hello["heartbeatSeconds"], hello["authDeadlineSeconds"]) == (25, 10)


def test_a_token_in_the_first_message_opens_the_wire(teller: Teller, ada: Customer):
    with wire.open_socket(teller) as connection:
        assert wire.authenticate(connection, ada.token)["customerId"] == ada.id
        told = wire.subscribe(connection)["accounts"]
    assert [account["accountId"] for account in told] == [ada.account["id"]]
    assert told[0]["balance"]["posted"] == 500_000
    assert (told[0]["seq"], told[0]["recovered"]) == (1, True)


def test_a_ticket_opens_the_wire_once(teller: Teller, ada: Customer):
    ticket = ada.wire.post("/websocket/tickets").json()["ticket"]
    with wire.open_socket(teller) as connection:
        wire.say(connection, type="auth", ticket=ticket)
        assert wire.hear_type(connection, "auth")["status"] == "success"
    with wire.open_socket(teller) as connection:
        wire.say(connection, type="auth", ticket=ticket)
        assert wire.hear_type(connection, "auth")["code"] == "invalid_ticket"
        assert wire.close_code(connection) == 4401


def test_a_bad_token_is_answered_and_closed_4401(teller: Teller):
    with wire.open_socket(teller) as connection:
        wire.say(connection, type="auth", token="nonsense")
        reply = wire.hear_type(connection, "auth")
        assert (reply["status"], reply["code"]) == ("error", "invalid_token")
        assert wire.close_code(connection) == 4401


def test_silence_instead_of_auth_is_closed_4408(teller: Teller):
    with wire.open_socket(teller) as connection:
        began = time.monotonic()
        assert wire.close_code(connection, timeout=15) == 4408
    assert 8 < time.monotonic() - began < 13


def test_a_token_in_the_query_is_refused(teller: Teller, ada: Customer):
    with pytest.raises(InvalidStatus) as refused:
        wire.connect(f"{teller.socket}?token={ada.token}", proxy=None)
    assert refused.value.response.status_code in (400, 401)


def test_a_foreign_account_is_not_found_and_the_own_one_is_followed(
        teller: Teller, ada: Customer, ben: Customer):
    with wire.open_socket(teller) as connection:
        wire.authenticate(connection, ada.token)
        wire.say(connection, type="subscribe", id="7", events=["transaction"],
                 accounts=[ben.account["id"], ada.account["id"]])
        messages = [wire.hear(connection) for _ in range(2)]
        problem = next(message for message in messages if message["type"] == "error")
        told = next(message for message in messages if message["type"] == "subscribed")
        assert (problem["id"], problem["code"]) == ("7", "account_not_found")
        assert [account["accountId"] for account in told["accounts"]] == [ada.account["id"]]
        ben.transfer(ada.account["number"], 11)
        push = wire.hear_type(connection, "transaction")
        assert push["accountId"] == ada.account["id"]
        assert "accountId" not in push["transaction"]["from"]


@pytest.mark.parametrize("origin, opens", [
    ("own", True), (None, True), ("http://evil.example", False), ("null", False),
    ("suffix", False), ("https", False)])
def test_only_listed_origins_open_the_wire(teller: Teller, origin: str | None, opens: bool):
    own = teller.page
    value = {"own": own, "suffix": f"{own}.evil.example",
             "https": own.replace("http:", "https:")}.get(origin, origin)
    if opens:
        wire.open_socket(teller, origin=value).close()
        return
    with pytest.raises(InvalidStatus) as refused:
        wire.open_socket(teller, origin=value)
    assert refused.value.response.status_code == 403


def test_a_binary_message_is_closed_1003(teller: Teller, ada: Customer):
    with wire.live(teller, ada.token) as connection:
        connection.send(b"\x00\x01")
        assert wire.close_code(connection) == 1003


def test_a_message_that_is_too_big_is_closed_1009(teller: Teller, ada: Customer):
    with wire.live(teller, ada.token) as connection:
        connection.send(json.dumps({"type": "ping", "filler": "x" * 17_000}))
        assert wire.close_code(connection) == 1009


def raw_socket(teller: Teller) -> socket.socket:
    """An upgraded connection on which any bytes can be written."""
    connection = socket.create_connection(("127.0.0.1", teller.wire_port), timeout=5)
    nonce = base64.b64encode(os.urandom(16)).decode()
    connection.sendall((
        f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{teller.wire_port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {nonce}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode())
    assert b" 101 " in connection.recv(4096)
    return connection


def raw_close_code(connection: socket.socket) -> int | None:
    """The code of the server's close frame; None if it just hung up."""
    received = b""
    while True:
        try:
            more = connection.recv(4096)
        except (TimeoutError, ConnectionResetError):
            more = b""
        if not more:
            break
        received += more
    at = received.rfind(b"\x88\x02")
    return struct.unpack(">H", received[at + 2:at + 4])[0] if at >= 0 else close_with_reason(received)


def close_with_reason(received: bytes) -> int | None:
    for at in range(len(received) - 3):
        if received[at] == 0x88 and 2 <= received[at + 1] <= 125 and at + 2 + received[at + 1] == len(received):
            return struct.unpack(">H", received[at + 2:at + 4])[0]
    return None


def masked(first: int, payload: bytes) -> bytes:
    mask = b"\x01\x02\x03\x04"
    return bytes([first, 0x80 | len(payload)]) + mask + bytes(
        byte ^ mask[index % 4] for index, byte in enumerate(payload))


@pytest.mark.parametrize("frame, code", [
    pytest.param(b"\x81\x02{}", 1002, id="unmasked"),
    pytest.param(masked(0xC1, b"{}"), 1002, id="reserved bit"),
    pytest.param(masked(0x83, b"{}"), 1002, id="reserved opcode"),
    pytest.param(masked(0x09, b""), 1002, id="fragmented ping"),
    pytest.param(masked(0x80, b"{}"), 1002, id="continuation of nothing"),
    pytest.param(masked(0x81, b"\xff\xfe"), 1007, id="no UTF-8"),
])
def test_a_broken_frame_ends_the_connection_with_its_code(teller: Teller, frame: bytes, code: int):
    with raw_socket(teller) as connection:
        connection.sendall(frame)
        assert raw_close_code(connection) == code


def test_a_message_that_is_no_json_is_answered_and_the_wire_stays(teller: Teller, ada: Customer):
    with wire.live(teller, ada.token) as connection:
        for text in ("nonsense", "[]", '{"type": 1}', '{"type": "surprise"}', '{"a":1,"a":2}'):
            connection.send(text)
            assert wire.hear_type(connection, "error")["code"]
        wire.say(connection, type="ping")
        assert wire.hear_type(connection, "pong")["at"]


def test_impossible_positions_are_not_recovered(teller: Teller, ada: Customer):
    for position in (99, -1):
        with wire.open_socket(teller) as connection:
            wire.authenticate(connection, ada.token)
            told = wire.subscribe(connection, positions={ada.account["id"]: position})
            assert told["accounts"][0]["recovered"] is False


def test_missed_entries_are_replayed_in_order_then_live_ones_follow(
        teller: Teller, ada: Customer, ben: Customer):
    for amount in (1, 2, 3):
        ada.transfer(ben.account["number"], amount)
    with wire.open_socket(teller) as connection:
        wire.authenticate(connection, ada.token)
        told = wire.subscribe(connection, positions={ada.account["id"]: 1})
        assert (told["accounts"][0]["seq"], told["accounts"][0]["recovered"]) == (4, True)
        ada.transfer(ben.account["number"], 4)
        pushes = [wire.hear_type(connection, "transaction") for _ in range(4)]
    assert [push["seq"] for push in pushes] == [2, 3, 4, 5]
    assert [push["transaction"]["amount"] for push in pushes] == [1, 2, 3, 4]


def test_a_push_says_the_same_as_the_reply_and_the_history(
        teller: Teller, ada: Customer, ben: Customer):
    with wire.live(teller, ada.token) as connection:
        replied = ada.transfer(ben.account["number"], 123, description="Zażółć 🏦").json()
        push = wire.hear_type(connection, "transaction")
    assert push["transaction"] == replied == ada.get(f"/transactions/{replied['id']}").json()
    assert push["requestId"] == replied["requestId"]
    assert push["balance"]["posted"] == replied["balanceAfter"] == 499_877


def test_a22_a_refusal_is_pushed_to_who_asked(teller: Teller, ada: Customer, ben: Customer):
    with wire.live(teller, ada.token) as own, wire.live(teller, ben.token) as other:
        problem = assert_problem(
            ada.transfer(ben.account["number"], 600_000), 409, "insufficient_funds")
        push = wire.hear_type(own, "refusal")
        assert push["requestId"] == problem["requestId"]
        assert push["transaction"]["refusal"]["code"] == "insufficient_funds"
        with pytest.raises(TimeoutError):
            wire.hear_type(other, "refusal", timeout=0.5)


def test_nobody_hears_of_the_accounts_of_others(teller: Teller, pool: Pool, ada: Customer,
                                                ben: Customer):
    stranger = pool.take()
    with wire.live(teller, stranger.token) as connection:
        assert ada.transfer(ben.account["number"], 5).status_code == 201
        with pytest.raises(TimeoutError):
            wire.hear_type(connection, "transaction", timeout=0.7)


def test_interactions_are_confirmed_once_stored_and_read_by_request(teller: Teller, ada: Customer):
    with wire.live(teller, ada.token) as connection:
        for kind in ("interaction", "error"):
            wire.say(connection, type=f"event.{kind}", id=kind, requestId=f"press-{kind}-{ada.id[-8:]}",
                     data={"text": "pressed\n\x1b[31mred", "kind": kind})
            assert wire.hear_type(connection, "logged")["id"] == kind
    for kind in ("interaction", "error"):
        query = {"requestId": f"press-{kind}-{ada.id[-8:]}"}
        records = ada.wire.get("/websocket/interactions", params=query).json()["data"]
        assert [record["kind"] for record in records] == [f"event.{kind}"]
        assert records[0]["data"]["kind"] == kind
        assert records[0]["customerId"] == ada.id
    errors = ada.wire.get("/websocket/errors").json()["data"]
    assert {record["outcome"] for record in errors} == {"error"}
    text = ada.wire.get("/websocket/interactions", headers={"Accept": "text/plain"}).text
    assert "\x1b" not in text and all(line.strip() for line in text.splitlines())


def test_logging_out_closes_the_wire_4401_within_5_seconds(teller: Teller):
    ada = sign_up(teller)
    with wire.live(teller, ada.token) as connection:
        assert ada.post("/auth/logout").status_code == 204
        assert wire.close_code(connection, timeout=5) == 4401
    deadline = time.monotonic() + 5
    while ada.get("/accounts").status_code != 401:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_the_wire_log_needs_a_token(teller: Teller):
    assert_problem(Client(teller.wire.url).get("/websocket/interactions"), 401, "unauthenticated")
