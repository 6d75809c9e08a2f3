"""The interaction log over HTTP: traces across instances, what a screen had shown, exports.

A larger export by hand: EXPORTED=200000 pytest -s -k memory
"""

import os
import re
import socket
import time
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta, timezone
from typing import Iterator

import requests
from pymongo import MongoClient

from conftest import Tellers
from support import wire
from support.bank import Client, Customer, assert_problem, sign_up, staff
from support.processes import ROOT, Service, Teller, free_port
from support.readers import memory

EXPORTED = int(os.environ.get("EXPORTED", "30000"))
#: What an export may add to a process, however much it exports: pages, buffers, the allocator's share.
EXPORT_BYTES = 24 << 20


def seconds_ago(seconds: float) -> str:
    return moment(datetime.now(timezone.utc) - timedelta(seconds=seconds))


def moment(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@contextmanager
def second_wire(teller: Teller) -> Iterator[Service]:
    """Another bank-websocket over the same database."""
    port = free_port()
    settings = teller.settings | {"WEBSOCKET_PORT": str(port)}
    service = Service("bank-websocket", settings, teller.wire.log.parent, port).start()
    try:
        yield service
    finally:
        service.stop()


def acknowledge(connection, account: dict, seq: int) -> None:
    """Waits until that entry has come, and says that it is shown."""
    while wire.hear_type(connection, "transaction")["seq"] < seq:
        pass
    wire.say(connection, type="ack", positions={account["id"]: seq})


def test_a32_a_trace_from_either_of_two_instances_shows_both_browsers(
        teller: Teller, ada: Customer, ben: Customer):
    with second_wire(teller) as second, wire.live(teller, ada.token) as ours, \
            wire.live(teller, ben.token, port=second.port) as theirs:
        request_id = f"press-{ada.id[-8:]}"
        paid = ada.transfer(ben.account["number"], 25, headers={"X-Request-ID": request_id})
        assert paid.status_code == 201, paid.text
        sides = paid.json()
        acknowledge(ours, ada.account, sides["seq"])
        acknowledge(theirs, ben.account, wire_seq(ben))
        clerk = staff(teller, "teller")
        for instance in (teller.wire, second):
            trace = wait_for_trace(instance, clerk.token, request_id, hops=7)
            names = [hop["hop"] for hop in trace["hops"]]
            assert sorted(names) == sorted(
                ["received", "committed", "seen", "sent", "sent", "acknowledged", "acknowledged"])
            times = [hop["sinceReceivedMs"] for hop in trace["hops"]]
            assert times == sorted(times) and 0 <= times[0] and times[-1] < 30_000
            for name in ("sent", "acknowledged"):
                hops = [hop for hop in trace["hops"] if hop["hop"] == name]
                assert {hop["accountId"] for hop in hops} == {ada.account["id"], ben.account["id"]}
                assert len({hop["connectionId"] for hop in hops}) == 2
            # Each of the two sees their own side, wherever they ask.
            own = wait_for_trace(instance, ben.token, request_id, hops=5)
            assert {hop.get("accountId") for hop in own["hops"]} == {None, ben.account["id"]}


def wire_seq(customer: Customer) -> int:
    return customer.get(f"/accounts/{customer.account['id']}").json()["seq"]


def wait_for_trace(instance: Service, token: str, request_id: str, hops: int) -> dict:
    """The trace once it has so many hops: records are written some 20 ms after they are made."""
    client, deadline = Client(instance.url, token), time.monotonic() + 5
    while True:
        reply = client.get(f"/websocket/trace/{request_id}")
        if reply.status_code == 200 and len(reply.json()["hops"]) == hops:
            return reply.json()
        assert time.monotonic() < deadline, reply.text
        time.sleep(0.02)


def test_what_a_screen_had_shown_by_a_time_is_one_request(
        teller: Teller, ada: Customer, ben: Customer):
    second = ada.post("/accounts", {"type": "saving"}).json()
    before = seconds_ago(0)

    def shown(**query: str) -> dict[str, int]:
        reply = ada.wire.get("/websocket/shown", params=query)
        assert reply.status_code == 200, reply.text
        return {one["accountId"]: one["seq"] for one in reply.json()["data"]}

    with wire.live(teller, ada.token) as phone, wire.live(teller, ada.token) as browser:
        for amount in (1, 2, 3):
            assert ada.transfer(ben.account["number"], amount).status_code == 201
        assert ada.transfer(second["number"], 4).status_code == 201
        last = wire_seq(ada)
        acknowledge(phone, ada.account, last - 2)
        wire.wait_until(lambda: shown() == {ada.account["id"]: last - 2})
        between = seconds_ago(0)
        time.sleep(0.01)
        acknowledge(phone, ada.account, last)
        wire.say(phone, type="ack", positions={second["id"]: 1})
        # The other screen is behind: what was shown stays shown.
        acknowledge(browser, ada.account, last - 3)
        wire.wait_until(lambda: shown() == {ada.account["id"]: last, second["id"]: 1})
    assert shown(at=before) == {}
    assert shown(at=between) == {ada.account["id"]: last - 2}
    assert shown(at=seconds_ago(-60)) == {ada.account["id"]: last, second["id"]: 1}

    clerk = staff(teller, "teller")
    told = clerk.wire.get("/websocket/shown", params={"customerId": ada.id}).json()
    assert told["customerId"] == ada.id and [one["seq"] for one in told["data"]] == [last, 1]
    one = told["data"][0]
    entry = ada.get(f"/transactions/{one['transactionId']}").json()
    assert entry["seq"] == last
    assert between < one["shownAt"] < told["at"]
    assert {"requestId", "connectionId", "sessionId"} < set(one)
    assert_problem(ben.wire.get("/websocket/shown", params={"customerId": ada.id}), 404, "not_found")
    assert_problem(ada.wire.get("/websocket/shown", params={"at": "yesterday"}), 400,
                   "validation_failed", "?at")


def test_a31_records_are_found_by_time_kind_account_and_connection(teller: Teller, ada: Customer, ben: Customer):
    with wire.live(teller, ada.token) as connection:
        time.sleep(0.01)
        began = seconds_ago(0)
        time.sleep(0.01)
        assert ada.transfer(ben.account["number"], 1).status_code == 201
        pushed = wire.hear_type(connection, "transaction")

        def found(**query: str) -> list[dict]:
            reply = ada.wire.get("/websocket/interactions", params=query)
            assert reply.status_code == 200, reply.text
            return reply.json()["data"]

        wire.wait_until(lambda: found(kind="push.sent"))
        sent = found(kind="push.sent")[0]
        queries = [
            {"from": began}, {"accountId": ada.account["id"], "from": began},
            {"transactionId": pushed["transaction"]["id"]},
            {"requestId": pushed["requestId"]},
            {"connectionId": sent["connectionId"], "from": began},
        ]
        for query in queries:
            assert [record["id"] for record in found(**query)] == [sent["id"]], query
        before = found(to=began)
        assert before and sent["id"] not in [record["id"] for record in before]
        # The opening is nobody's yet.
        assert {record["kind"] for record in before} == {"auth.succeeded", "subscribed"}
        assert found(to=seconds_ago(86_400)) == []


def test_every_screen_of_many_has_its_records_though_its_set_is_stored_once(tellers: Tellers):
    teller = tellers.start(WEBSOCKET_CONNECTIONS_PER_CUSTOMER="200", WEBSOCKET_CONNECTIONS_PER_IP="200")
    ada, ben = sign_up(teller), sign_up(teller)
    many = 100

    def sent(**query: str) -> list[dict]:
        found = ada.wire.get("/websocket/interactions",
                             params={"kind": "push.sent", "limit": 200} | query)
        assert found.status_code == 200, found.text
        return found.json()["data"]

    with ExitStack() as open_ones:
        screens = [open_ones.enter_context(wire.live(teller, ada.token)) for _ in range(many)]
        paid = [ada.transfer(ben.account["number"], 1).json()["id"] for _ in range(3)]
        for transaction in paid:
            wire.wait_until(lambda: len(sent(transactionId=transaction)) == many)
        screens.pop().close()
        wire.wait_until(lambda: ada.wire.get(
            "/websocket/interactions", params={"kind": "connection.closed"}).json()["data"])
        last = ada.transfer(ben.account["number"], 1).json()["id"]
        wire.wait_until(lambda: len(sent(transactionId=last)) == many - 1)
        connections = [{record["connectionId"] for record in sent(transactionId=one)}
                       for one in [*paid, last]]
        assert [len(each) for each in connections] == [many, many, many, many - 1]
        assert connections[0] == connections[1] == connections[2] > connections[3]
        (gone,) = connections[0] - connections[3]
        assert [record["transactionId"] for record in sent(connectionId=gone)] == paid[::-1]


def test_who_is_connected_is_told_page_by_page(teller: Teller, ada: Customer):
    clerk = staff(teller, "teller")
    with ExitStack() as open_ones:
        for _ in range(5):
            open_ones.enter_context(wire.live(teller, ada.token))
        query, found = {"customerId": ada.id, "limit": 2}, []
        while True:
            page = clerk.wire.get("/websocket/connections", params=query).json()
            found += page["data"]
            if not page["hasMore"]:
                break
            assert len(page["data"]) == 2
            query["cursor"] = page["nextCursor"]
        ids = [one["connectionId"] for one in found]
        assert ids == sorted(set(ids)) and len(ids) == 5
        assert {(one["customerId"], one["accounts"], one["accountsBehind"], one["queueBytes"])
                for one in found} == {(ada.id, 1, 0, 0)}
    assert_problem(clerk.wire.get("/websocket/connections", params={"cursor": "x"}), 400,
                   "validation_failed", "?cursor")
    assert_problem(ada.wire.get("/websocket/connections"), 403, "forbidden")


def test_an_export_takes_no_more_memory_for_more_records(tellers: Tellers):
    teller = tellers.start(LOG_LEVEL="warning")
    clerk = staff(teller, "teller")
    with wire.open_socket(teller) as connection:
        wire.authenticate(connection, clerk.token)
        wire.say(connection, type="event.interaction", id="1", data={"text": "x" * 300})
        assert wire.hear_type(connection, "logged")
    fill(teller, EXPORTED)
    clerk.wire.get("/websocket/interactions", params={"limit": 200})
    before, _ = memory(teller.wire)
    lines, size, highest = export_slowly(teller, clerk.token)
    print(f"\n{lines} records, {size >> 20} MB exported; resident MB {before >> 20} before, "
          f"{highest >> 20} at most")
    assert lines >= EXPORTED
    assert highest - before < EXPORT_BYTES


def fill(teller: Teller, count: int) -> None:
    """So many copies of the newest interaction, each with an id of its own."""
    with MongoClient(teller.settings["MONGO_URL"]) as client:
        log = client[teller.settings["MONGO_DATABASE"]]["interactions"]
        model = log.find_one({"kind": "event.interaction"})
        for start in range(0, count, 1000):
            log.insert_many([
                model | {"_id": model["_id"][:-6] + f"{start + one:06d}"}
                for one in range(min(1000, count - start))], ordered=False)


def export_slowly(teller: Teller, token: str) -> tuple[int, int, int]:
    """Reads an export over a small window, with rests: lines, bytes, and the resident bytes at most."""
    with socket.create_connection(("127.0.0.1", teller.wire_port)) as reader:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
        reader.sendall((f"GET /api/v1/websocket/interactions HTTP/1.1\r\nHost: test\r\n"
                        f"Authorization: Bearer {token}\r\nAccept: application/x-ndjson\r\n"
                        f"Connection: close\r\n\r\n").encode())
        size = lines = highest = 0
        rested = time.monotonic()
        while part := reader.recv(65_536):
            size, lines = size + len(part), lines + part.count(b'{"id":"int_')
            if time.monotonic() - rested > 0.2:
                highest = max(highest, memory(teller.wire)[0])
                time.sleep(0.1)
                rested = time.monotonic()
    return lines, size, max(highest, memory(teller.wire)[0])


def test_the_wire_tells_its_figures(teller: Teller, ada: Customer, ben: Customer):
    def figures() -> dict[str, float]:
        text = requests.get(f"{teller.wire.url}/metrics", timeout=10).text
        return {name: float(value) for name, value in re.findall(r"^(\S+) (\S+)$", text, re.MULTILINE)}

    before = figures()
    with wire.live(teller, ada.token, positions={ada.account["id"]: 0}) as connection:
        assert ada.transfer(ben.account["number"], 1).status_code == 201
        acknowledge(connection, ada.account, wire_seq(ada))
        after = figures()
        wire.wait_until(lambda: figures()["teller_websocket_connections"] >= 1)
    for name in ("teller_feed_commit_to_seen_seconds_count", "teller_feed_events_total",
                 "teller_websocket_seen_to_sent_seconds_count", "teller_websocket_pushes_total",
                 "teller_websocket_replayed_entries_total",
                 'teller_websocket_resumes_total{recovered="true"}'):
        assert after[name] > before[name], name
    for name in ("teller_feed_restarts_total", "teller_feed_history_lost_total",
                 "teller_websocket_gaps_total", "teller_websocket_slow_closed_total",
                 "teller_interactions_dropped_total", "teller_interactions_stored_total",
                 'teller_websocket_resumes_total{recovered="false"}'):
        assert name in after, name
    documented = (ROOT / "docs" / "operations.md").read_text()
    told = {re.sub(r"(_bucket|_sum|_count)?(\{.*\})?$", "", name) for name in after}
    assert {name for name in told if name not in documented} == set()
