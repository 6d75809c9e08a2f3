"""The websocket's opening handshake (RFC 6455 section 4.2) and the Origin list."""

import json
import socket
import time

import pytest

from support.arena import ORIGINS, Arena, assert_exchange
from support.frames import (CONTINUATION, KEY, TEXT, RawSocket, accept, close, fragments, frame, handshake,
                            text)
from support.processes import Teller

PAGE = ORIGINS[0]


@pytest.fixture(autouse=True)
def nobody_else_notices(arena: Arena):
    yield
    arena.assert_unharmed()


def test_the_key_is_proved_and_nothing_else_is_agreed_on(arena: Arena):
    with RawSocket(arena.teller.wire_port) as client:
        head = client.shake()
        assert head.status == 101
        assert head.headers["sec-websocket-accept"] == accept()
        assert head.headers["upgrade"].lower() == "websocket"
        assert head.headers["connection"].lower() == "upgrade"
        assert not {"sec-websocket-extensions", "sec-websocket-protocol"} & set(head.headers)


@pytest.mark.parametrize("request_bytes", [
    pytest.param(handshake(upgrade="WebSocket", connection="upgrade"), id="case"),
    pytest.param(handshake(connection="keep-alive, Upgrade"), id="connection with more"),
    pytest.param(handshake("/ws", ("Connection", "keep-alive")), id="two connection headers"),
    pytest.param(handshake(sec_websocket_key=f"  {KEY}  "), id="spaces around the key"),
    pytest.param(handshake("/ws", ("Cookie", "a=b"), ("X-Anything", "x")), id="other headers"),
    pytest.param(handshake("/ws", ("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits")),
                 id="compression is offered, not taken"),
])
def test_a_right_handshake_opens_the_wire(arena: Arena, request_bytes: bytes):
    with RawSocket(arena.teller.wire_port) as client:
        head = client.shake(request_bytes)
        assert head.status == 101
        assert "sec-websocket-extensions" not in head.headers
        assert client.says() == "hello"
        assert_exchange(client, text(type="ping"), ["pong"])


@pytest.mark.parametrize("asked, agreed", [
    pytest.param([], None, id="none"),
    pytest.param(["teller.v1"], "teller.v1", id="ours"),
    pytest.param(["other, teller.v1"], "teller.v1", id="ours in a list"),
    pytest.param(["other", "teller.v1"], "teller.v1", id="ours in the second header"),
    pytest.param(["other"], None, id="another"),
    pytest.param(["teller.v2, Teller.V1, teller"], None, id="almost ours"),
])
def test_the_subprotocol_is_agreed_on_if_it_is_ours(arena: Arena, asked: list[str], agreed: str | None):
    with RawSocket(arena.teller.wire_port) as client:
        head = client.shake(handshake("/ws", *[("Sec-WebSocket-Protocol", one) for one in asked]))
        assert (head.status, head.headers.get("sec-websocket-protocol")) == (101, agreed)


def assert_refused(arena: Arena, request: bytes, *statuses: int) -> dict:
    """A refusal in HTTP, with nothing of a websocket in it."""
    with RawSocket(arena.teller.wire_port) as client:
        head = client.shake(request)
        assert head.status in statuses, head
        assert "sec-websocket-accept" not in head.headers
        if head.body:
            assert json.loads(head.body)["status"] == head.status
        return head.headers


@pytest.mark.parametrize("request_bytes", [
    pytest.param(handshake(without=["upgrade"]), id="no upgrade"),
    pytest.param(handshake(upgrade="h2c"), id="another upgrade"),
    pytest.param(handshake(without=["connection"]), id="no connection"),
    pytest.param(handshake(connection="keep-alive"), id="another connection"),
    pytest.param(handshake(without=["sec_websocket_key"]), id="no key"),
    pytest.param(handshake(sec_websocket_key=""), id="an empty key"),
    pytest.param(handshake(sec_websocket_key="c2hvcnQ="), id="a short key"),
    pytest.param(handshake(sec_websocket_key="dGhlIHNhbXBsZSBub25jZTEyMzQ="), id="a long key"),
    pytest.param(handshake(sec_websocket_key="!" * 22 + "=="), id="a key that is not base64"),
    pytest.param(handshake("/ws", ("Sec-WebSocket-Key", KEY)), id="two keys"),
    pytest.param(handshake("/ws", ("Sec-WebSocket-Version", "13")), id="two versions"),
    pytest.param(handshake("/ws", ("Host", "other")), id="two hosts"),
    pytest.param(handshake(without=["host"]), id="no host"),
    pytest.param(handshake("/ws", ("Content-Length", "2")) + b"{}", id="a body"),
    pytest.param(handshake("/ws", ("Content-Length", "0")), id="a body of nothing"),
    pytest.param(handshake("/ws", ("Transfer-Encoding", "chunked")) + b"0\r\n\r\n", id="a chunked body"),
    pytest.param(handshake(version="1.0"), id="HTTP/1.0"),
    pytest.param(handshake(method="HEAD"), id="HEAD"),
    pytest.param(handshake("//ws"), id="two slashes"),
    pytest.param(handshake("/ws?token=abc"), id="a token in the address"),
    pytest.param(handshake("/ws?access_token=abc"), id="another token in the address"),
    pytest.param(handshake("/ws?ticket="), id="an empty ticket"),
    pytest.param(handshake("/ws?ticket=a&ticket=b"), id="two tickets"),
    pytest.param(handshake("/ws?ticket=" + "a" * 129), id="a long ticket"),
])
def test_a_wrong_handshake_is_refused_with_400(arena: Arena, request_bytes: bytes):
    assert_refused(arena, request_bytes, 400)


@pytest.mark.parametrize("version", ["", "0", "8", "12", "14", "013", "13, 8", "thirteen"])
def test_another_version_is_told_ours(arena: Arena, version: str):
    headers = assert_refused(arena, handshake(sec_websocket_version=version), 400)
    assert headers["sec-websocket-version"] == "13"


def test_no_version_is_told_ours(arena: Arena):
    headers = assert_refused(arena, handshake(without=["sec_websocket_version"]), 400)
    assert headers["sec-websocket-version"] == "13"


@pytest.mark.parametrize("request_bytes, status", [
    pytest.param(handshake(method="POST"), 405, id="POST"),
    pytest.param(handshake(method="PUT"), 405, id="PUT"),
    pytest.param(handshake("/wss"), 404, id="another path"),
    pytest.param(handshake("/ws/.."), 404, id="a path beside it"),
])
def test_only_a_get_of_the_wire_opens_it(arena: Arena, request_bytes: bytes, status: int):
    assert_refused(arena, request_bytes, status)


@pytest.mark.parametrize("origins", [
    pytest.param([], id="none, so no browser"),
    *[pytest.param([origin], id=f"listed {origin}") for origin in ORIGINS],
    pytest.param([f"{PAGE}:443"], id="the scheme's own port"),
    pytest.param(["HTTPS://Bank.Example"], id="another case, which is the same origin"),
])
def test_a_listed_origin_opens_the_wire(arena: Arena, origins: list[str]):
    with RawSocket(arena.teller.wire_port) as client:
        assert client.shake(handshake("/ws", *[("Origin", origin) for origin in origins])).status == 101
        assert client.says() == "hello"


@pytest.mark.parametrize("origin", [
    "null", "", "*", "http://bank.example", "https://bank.example:8443", "https://bank.example:80",
    "http://pay.example", "http://pay.example:80", "https://pay.example:8080", "https://evil.example",
    "https://bank.example.evil.example", "https://www.bank.example", "https://evilbank.example",
    "https://bank.example@evil.example", "https://evil.example#https://bank.example",
    "https://evil.example/https://bank.example", "https://bank.example/path", "https://bank.example?x",
    "https://bank.example, https://evil.example", "https://bank.example https://evil.example",
    "https://bank.example.", "https://bank_example", "bank.example", "//bank.example", "wss://bank.example",
    "file://", "https://bank.example:0443x", "https://bank.example:", "https://bаnk.example",
    "https://bank.example%00.evil.example", "chrome-extension://bank.example", "x" * 400])
def test_another_origin_is_refused_with_403(arena: Arena, origin: str):
    assert_refused(arena, handshake("/ws", ("Origin", origin)), 403)


def test_two_origins_are_refused_also_when_both_are_listed(arena: Arena):
    for second in (PAGE, "https://evil.example"):
        assert_refused(arena, handshake("/ws", ("Origin", PAGE), ("Origin", second)), 400, 403)


def test_frames_in_the_handshakes_own_packet_are_served(arena: Arena):
    with RawSocket(arena.teller.wire_port) as client:
        assert client.shake(handshake() + text(type="ping") + close()).status == 101
        assert [client.says() for _ in range(4)] == ["hello", "pong", 1000, None]


def test_a_frame_cut_by_the_handshakes_end_is_served(arena: Arena):
    said = text(type="ping")
    with RawSocket(arena.teller.wire_port) as client:
        assert client.shake(handshake() + said[:3]).status == 101
        assert client.says() == "hello"
        assert_exchange(client, said[3:], ["pong"])


@pytest.mark.parametrize("rest", [b"", frame(TEXT, b"{}")[:3], text(type="ping")],
                         ids=["nothing", "part of a frame", "a frame"])
def test_who_ends_in_the_handshakes_own_packet_is_let_go(arena: Arena, rest: bytes):
    for _ in range(5):
        with RawSocket(arena.teller.wire_port) as client:
            client.send(handshake() + rest)
            client.socket.shutdown(socket.SHUT_WR)
            client.socket.settimeout(6)
            assert client.head().status == 101
            while client.says() is not None:
                pass


def test_a_second_request_after_the_upgrade_is_no_frame(arena: Arena):
    for second in (handshake(), b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"):
        with RawSocket(arena.teller.wire_port) as client:
            assert client.shake(handshake() + second).status == 101
            assert [client.says() for _ in range(3)] == ["hello", 1002, None]


def test_a_refused_upgrade_serves_nothing_that_follows_as_frames(arena: Arena):
    with RawSocket(arena.teller.wire_port) as client:
        assert client.shake(handshake(sec_websocket_version="8") + text(type="ping")).status == 400
        client.more()
        assert b"pong" not in client.received and b"hello" not in client.received


def test_an_upgrade_is_for_a_connections_first_request(arena: Arena):
    with RawSocket(arena.teller.wire_port) as client:
        assert client.shake(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n").status == 200
        assert client.shake().status == 400


def test_a_handshake_sent_byte_by_byte_opens_the_wire(arena: Arena):
    with RawSocket(arena.teller.wire_port) as client:
        client.send(handshake(), chop=1)
        assert client.head().status == 101
        assert_exchange_after_hello(client)


def assert_exchange_after_hello(client: RawSocket) -> None:
    assert client.says() == "hello"
    assert_exchange(client, text(type="ping"), ["pong"])


def test_who_does_not_finish_the_handshake_is_hung_up_on(arena: Arena):
    began = time.monotonic()
    with RawSocket(arena.teller.wire_port) as client:
        client.send(handshake()[:-2])
        client.socket.settimeout(15)
        assert not client.more() and not client.received
    assert 8 < time.monotonic() - began < 13


def test_pings_and_messages_do_not_put_the_auth_deadline_off(arena: Arena):
    began = time.monotonic()
    with arena.connect() as client:
        for _ in range(4):
            client.send(text(type="ping"))
            assert client.says() == "pong"
            time.sleep(1)
        client.socket.settimeout(15)
        assert client.says() == 4408
    assert 8 < time.monotonic() - began < 13


def test_before_auth_five_messages_are_served_and_one_word_is_said_about_the_rest(teller: Teller):
    with RawSocket(teller.wire_port) as client:
        assert client.shake().status == 101
        assert_exchange(client, [text(type="ping")] * 20,
                        ["hello", *["pong"] * 5, "error:rate_limited"])


@pytest.mark.parametrize("said", [
    pytest.param({"type": "subscribe", "accounts": "all"}, id="subscribe"),
    pytest.param({"type": "unsubscribe", "accounts": "all"}, id="unsubscribe"),
    pytest.param({"type": "ack", "positions": {}}, id="ack"),
    pytest.param({"type": "event.interaction", "data": {}}, id="event.interaction"),
    pytest.param({"type": "event.error", "data": {}}, id="event.error"),
])
def test_nothing_but_auth_and_ping_is_served_before_auth(arena: Arena, said: dict):
    with arena.connect() as client:
        assert_exchange(client, text(**said), ["error:not_authenticated"])


def test_what_is_wrong_with_frames_counts_also_while_the_token_is_checked(arena: Arena):
    with arena.connect() as client:
        wrong = frame(TEXT, b"{}", rsv=1)
        assert_exchange(client, text(type="auth", token=arena.caller.token) + wrong, ["auth", 1002])


def test_a_message_begun_before_auth_ends_after_it(arena: Arena):
    with arena.connect() as client:
        first, second = fragments([b'{"type":', b'"ping"}'])
        client.send([text(type="auth", token=arena.caller.token), first])
        assert client.says() == "auth"
        assert second[0] & 0x0F == CONTINUATION
        assert_exchange(client, second, ["pong"])
