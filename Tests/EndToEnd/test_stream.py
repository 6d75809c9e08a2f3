"""The live wire as server-sent events, for clients without websockets."""

import socket
import time
from pathlib import Path

import pytest

from conftest import Tellers
from support.bank import Customer, Pool, assert_problem, sign_up, staff
from support.processes import Teller
from support.stream import Stream
from support.wire import wait_until
from test_reference_faults import pay_a_thousand_times


def pay(payer: Customer, payee: Customer, amount: int) -> dict:
    reply = payer.transfer(payee.account["number"], amount)
    assert reply.status_code == 201, reply.text
    return reply.json()


def test_a_stream_tells_each_entry_with_its_balance(ada: Customer, ben: Customer):
    with Stream(ada) as stream:
        assert stream.reply.headers["Content-Type"] == "text/event-stream"
        [account] = stream.next("subscribed")["accounts"]
        assert [account["accountId"], account["seq"]] == [ada.account["id"], 1]
        paid = pay(ada, ben, 5)
        entry = stream.next("transaction")
        assert [entry["seq"], entry["transaction"]["id"]] == [2, paid["id"]]
        assert "accountId" not in entry["transaction"]["to"]
        assert stream.id == f"{ada.account['id']}:2"
        assert stream.next("balance")["balance"]["posted"] == 499_995
        assert_problem(ada.transfer(ben.account["number"], 500_000), 409, "insufficient_funds")
        assert stream.next("refusal")["transaction"]["status"] == "refused"


def test_a_stream_that_comes_back_gets_what_it_missed_once_and_in_order(ada: Customer, ben: Customer):
    seen: list[int] = []
    with Stream(ada) as stream:
        stream.next("subscribed")
        last = stream.id
    for _ in range(4):
        for _ in range(5):
            pay(ada, ben, 1)
        with Stream(ada, last_event_id=last) as stream:
            seen += [stream.next("transaction")["seq"] for _ in range(3)]
            last = stream.id
    with Stream(ada, last_event_id=last) as stream:
        seen += [stream.next("transaction")["seq"] for _ in range(8)]
    assert seen == list(range(2, 22))


def test_a_ticket_opens_one_stream(ada: Customer):
    ticket = ada.wire.post("/websocket/tickets").json()["ticket"]
    with Stream(ada, ticket=ticket) as stream:
        assert stream.next("subscribed")["accounts"]
    assert_problem(Stream(ada, ticket=ticket).reply, 401, "unauthenticated")
    assert_problem(Stream(ada, ticket="nobodys").reply, 401, "unauthenticated")
    assert_problem(Stream(ada, token="x").reply, 401, "unauthenticated")


def test_a_stream_of_others_accounts_has_none_of_them(ada: Customer, ben: Customer):
    both = f"{ada.account['id']},{ben.account['id']}"
    with Stream(ada, accounts=both) as stream:
        events = [next(stream.events), next(stream.events), next(stream.events)]
    told = dict(events)
    assert told["error"]["code"] == "account_not_found"
    assert [one["accountId"] for one in told["subscribed"]["accounts"]] == [ada.account["id"]]


@pytest.mark.parametrize("query, pointer", [
    ({"accounts": "acc_1"}, "?accounts"), ({"accounts": ","}, "?accounts"), ({"now": "x"}, "?now"),
    ({"last_event_id": "yesterday"}, "?Last-Event-ID")])
def test_a_wrong_request_is_told_what_is_wrong(ada: Customer, query: dict, pointer: str):
    assert_problem(Stream(ada, **query).reply, 400, "validation_failed", pointer)


def test_a_log_out_ends_the_stream(teller: Teller):
    ada = sign_up(teller)
    with Stream(ada) as stream:
        stream.next("subscribed")
        assert ada.post("/auth/logout").status_code == 204
        began = time.monotonic()
        heard = [(event, data) for event, data in stream.events if event != "balance"]
        assert [(event, data["kind"]) for event, data in heard] == [("notification", "session.revoked")]
        assert time.monotonic() - began < 8


def test_streams_count_as_connections(ada: Customer):
    streams = [Stream(ada) for _ in range(10)]
    try:
        for stream in streams:
            stream.next("subscribed")
        with Stream(ada) as one_too_many:
            assert list(one_too_many.events) == []
    finally:
        for stream in streams:
            stream.reply.close()


def test_a_service_that_stops_ends_its_streams_at_once(tellers: Tellers):
    teller = tellers.start()
    ada = sign_up(teller)
    with Stream(ada) as stream:
        stream.next("subscribed")
        began = time.monotonic()
        assert teller.wire.stop() == 0
        assert time.monotonic() - began < 8
        assert 0 <= stream.next("reconnect")["afterMs"] <= 1_000
        assert list(stream.events) == []


def test_a_reader_who_does_not_read_is_bounded_and_let_go(tellers: Tellers, tmp_path: Path):
    teller = tellers.start(WEBSOCKET_QUEUE_BYTES="65536")
    ada, ben = Pool(teller, tmp_path).take_many(2)
    admin = staff(teller, "admin")

    def is_connected() -> bool:
        return bool(admin.wire.get("/websocket/connections").json()["data"])

    with socket.create_connection(("127.0.0.1", teller.wire_port)) as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        slow.sendall(f"GET /api/v1/stream HTTP/1.1\r\nHost: bank\r\n"
                     f"Authorization: Bearer {ada.token}\r\n\r\n".encode())
        wait_until(is_connected)
        for _ in range(12):
            pay_a_thousand_times(ada, ben)
            if not is_connected():
                break
        wait_until(lambda: not is_connected())
        # The connection itself is ended, so that nothing is kept for it.
        wait_until(lambda: not is_established(teller.wire_port, slow.getsockname()[1]))


def is_established(server: int, client: int) -> bool:
    """Whether the server's side of a connection on this machine is open. Source: proc(5), tcp."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return any(row[1].endswith(f":{server:04X}") and row[2].endswith(f":{client:04X}") and row[3] == "01"
               for row in rows)
