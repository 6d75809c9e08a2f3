"""History, search, proof, feed and statements, as a client uses them: a test for each row."""

import csv
import io
import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from bson import Int64

from conftest import Tellers
from support.bank import Client, Customer, assert_problem, at_once, key, sign_up, staff
from support.processes import Teller
from support.wire import hear_type, live
from test_bankctl import journal


@pytest.fixture(scope="session")
def tilly(teller: Teller) -> Client:
    """A teller who is logged in."""
    return staff(teller, "teller")


# A16 ---------------------------------------------------------------------------------------


def test_a16_a_balance_now_and_at_any_past_time(ada: Customer, ben: Customer):
    path, seen = f"/accounts/{ada.account['id']}/balance", []
    for amount in (100, 200, 300):
        time.sleep(0.005)
        entry = ada.transfer(ben.account["id"], amount).json()
        seen.append((entry["committedAt"], entry["balanceAfter"], entry["seq"]))
    for at, posted, seq in seen:
        then = ada.get(path, params={"at": at}).json()
        assert (then["posted"], then["seq"], then["at"]) == (posted, seq, at)
        assert then["available"] == posted and then["held"] == 0
    before = ada.get(path, params={"at": "2020-01-01T00:00:00Z"}).json()
    assert (before["posted"], before["seq"]) == (0, 0)
    assert ada.get(path).json()["posted"] == seen[-1][1]
    assert_problem(ada.get(path, params={"at": "2999-01-01T00:00:00Z"}), 400, "validation_failed")
    assert_problem(ben.get(path), 404, "not_found")


# A24, A25 ----------------------------------------------------------------------------------


def test_a24_history_newest_first_by_any_field_also_refused_ones(ada: Customer, ben: Customer):
    def transfer(amount: int, **fields) -> dict:
        return ada.transfer(ben.account["number"], amount, **fields).json()

    rent = transfer(900, description="Rent for May", externalReference=f"INV-{key()}")
    food = transfer(50, description="Tea & cakes")
    refused = transfer(10**12, description="a castle")
    back = ben.transfer(ada.account["id"], 7, description="Change").json()
    lists = {"/transactions": {"accountId": ada.account["id"]},
             f"/accounts/{ada.account['id']}/transactions": {}}
    for path, scope in lists.items():
        def found(**query) -> list[str]:
            reply = ada.get(path, params={**scope, **query})
            assert reply.status_code == 200, reply.text
            return [one["id"] for one in reply.json()["data"]]

        everything = found()
        assert everything[:4] == [back["id"], refused["transactionId"], food["id"], rent["id"]]
        assert found(status="refused") == [refused["transactionId"]]
        assert refused["transactionId"] not in found(status="posted")
        assert found(direction="credit", type="transfer") == [back["id"]]
        assert found(direction="debit", minAmount=50, maxAmount=900) == [food["id"], rent["id"]]
        assert found(reference=rent["reference"]) == [rent["id"]]
        assert found(**{"from": food["committedAt"], "to": back["committedAt"]}) == [
            refused["transactionId"], food["id"]]
        assert found(q="RENT") == [rent["id"]]
        assert found(q=rent["externalReference"].lower()) == [rent["id"]]
        assert found(q=rent["reference"].lower()) == [rent["id"]]
        assert found(q="tea & CAKES") == [food["id"]]
        assert found(q=".*") == []
        assert_problem(ada.get(path, params={**scope, "color": "red"}), 400, "validation_failed",
                       "?color", "unknown_parameter")
    assert [one["id"] for one in ada.get(
        "/transactions", params={"externalReference": rent["externalReference"]}).json()["data"]
    ] == [rent["id"]]
    assert [one["id"] for one in ada.get(
        "/transactions", params={"requestId": food["requestId"]}).json()["data"]] == [food["id"]]
    refund = ada.post(f"/transactions/{back['id']}/reversal", headers={"Idempotency-Key": key()})
    assert refund.status_code == 201, refund.text
    for status, ids in (("reversed", [back["id"]]), ("cancelled", [])):
        reply = ada.get("/transactions", params={"accountId": ada.account["id"], "status": status})
        assert [one["id"] for one in reply.json()["data"]] == ids
    mine = ben.get("/transactions", params={"q": "castle"}).json()
    assert mine["data"] == [], "the other side sees no refusal"


def test_a24_pages_neither_skip_nor_repeat_while_new_entries_arrive(ada: Customer, ben: Customer):
    before = [ada.transfer(ben.account["id"], amount).json()["id"] for amount in range(1, 24)]
    seen, cursor = [], None
    while True:
        query = {"limit": 5, "direction": "debit"} | ({"cursor": cursor} if cursor else {})
        page = ada.get(f"/accounts/{ada.account['id']}/transactions", params=query).json()
        seen += [one["id"] for one in page["data"]]
        ada.transfer(ben.account["id"], 1)
        if not page["hasMore"]:
            break
        cursor = page["nextCursor"]
    assert seen == before[::-1]


def test_a25_ledger_rows_with_balance_after_and_a_gapless_seq(ada: Customer, ben: Customer):
    at_once(20, lambda n: (ada if n % 2 else ben).transfer(
        (ben if n % 2 else ada).account["id"], 1 + n))
    for customer in (ada, ben):
        rows, balance = customer.entries(), 0
        assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
        for row in rows:
            is_credit = row["to"].get("accountId") == customer.account["id"]
            balance += row["amount"] if is_credit else -row["amount"]
            assert row["balanceAfter"] == balance
        assert balance == customer.balance()


# Proof -------------------------------------------------------------------------------------


def test_the_trial_balance_is_even_and_for_staff(tilly: Client, ada: Customer, ben: Customer):
    ada.transfer(ben.account["id"], 5)
    lines = tilly.get("/ledger/trial-balance").json()["data"]
    assert {line["difference"] for line in lines} == {"0"}
    dollars = next(line for line in lines if line["currency"] == "USD")
    assert dollars["debits"] == dollars["credits"] and int(dollars["credits"]) > 0
    for path in ("/ledger/trial-balance", "/ledger/blocks"):
        assert_problem(ada.get(path), 403, "forbidden")


def test_c1_bankctl_traces_a_request_to_its_commit(teller: Teller, ada: Customer, ben: Customer):
    entry = ada.transfer(ben.account["id"], 5, headers={"X-Request-ID": f"trace-{key()}"}).json()
    text = teller.bankctl("trace", entry["requestId"]).stdout
    assert entry["id"] in text and "received" in text and "committed" in text
    trace = json.loads(teller.bankctl("trace", entry["requestId"], "--json").stdout)
    assert [hop["hop"] for hop in trace["hops"]][:2] == ["received", "committed"]
    assert teller.bankctl("trace", "nobody-knows", check=False).returncode == 1


# A27 ---------------------------------------------------------------------------------------


def events(client: Client, after: str | None = None, **query) -> dict:
    reply = client.get("/events", params=query | ({"after": after} if after else {}), timeout=40)
    assert reply.status_code == 200, reply.text
    return reply.json()


def walk(client: Client, after: str | None = None, **query) -> tuple[list[dict], str]:
    """All there is behind a place, and the place behind it."""
    found = []
    while True:
        page = events(client, after, **query)
        found, after = found + page["data"], page["nextCursor"]
        if not page["hasMore"]:
            return found, after


def test_a27_the_feed_has_every_entry_once_while_many_are_written(
        tilly: Client, ada: Customer, ben: Customer):
    _, start = walk(tilly, limit=200)
    seen, after = [], start
    for _ in range(4):
        answers = at_once(30, lambda n: (ada if n % 2 else ben).transfer(
            (ben if n % 2 else ada).account["id"], 1 + n))
        assert all(answer.status_code == 201 for answer in answers)
        page, after = walk(tilly, after, limit=7)
        seen += page
    ids = [one["id"] for one in seen]
    assert len(ids) == len(set(ids)) == 120
    again, _ = walk(tilly, start, limit=200)
    assert {one["id"] for one in again} == set(ids)
    own, _ = walk(ada, start)
    assert {one["id"] for one in own} == set(ids)
    seqs = sorted(one["seq"] for one in own)
    assert seqs == list(range(seqs[0], seqs[0] + 120))


def test_a27_a_long_poll_ends_with_the_event_and_shows_only_ones_own(
        ada: Customer, ben: Customer, pool):
    carl = pool.take()
    places = {one.id: walk(one)[1] for one in (ada, ben, carl)}
    began = time.monotonic()

    def ask(n: int) -> dict | None:
        if n == 3:
            time.sleep(1)
            return ada.transfer(ben.account["id"], 5).json()
        one, wait = [(ada, 20), (ben, 20), (carl, 3)][n]
        return events(one, places[one.id], wait=wait)

    adas, bens, carls, entry = at_once(4, ask)
    assert time.monotonic() - began < 15
    assert [one["id"] for one in adas["data"]] == [entry["id"]] == [
        one["id"] for one in bens["data"]]
    assert bens["data"][0]["from"].get("accountId") is None
    assert carls["data"] == [] and carls["nextCursor"]
    refused = ada.transfer(ben.account["id"], 10**13).json()["transactionId"]
    assert [one["id"] for one in walk(ada, adas["nextCursor"])[0]] == [refused]
    assert walk(ben, bens["nextCursor"])[0] == []
    assert_problem(ada.get("/events?after=x&wait=26"), 400, "validation_failed", "?after")


def test_a27_a_service_that_stops_answers_those_who_wait(tellers: Tellers):
    teller = tellers.start()
    customer = sign_up(teller)
    _, after = walk(customer)

    def ask(n: int) -> dict | int:
        if n == 0:
            return events(customer, after, wait=25)
        time.sleep(1)
        return teller.core.stop()

    began = time.monotonic()
    page, code = at_once(2, ask)
    assert page["data"] == [] and page["nextCursor"] and code == 0
    assert time.monotonic() - began < 15


# A28 ---------------------------------------------------------------------------------------


def statement(customer: Customer, **body):
    return customer.post(f"/accounts/{customer.account['id']}/statements", body)


def wait_until_ready(client: Client, path: str) -> dict:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        job = client.get(path).json()
        if job["status"] != "pending":
            return job
        time.sleep(0.1)
    raise AssertionError(f"{path} is still pending")


def days(ago: int) -> str:
    return (datetime.now(UTC) - timedelta(days=ago)).date().isoformat()


def test_a28_a_short_statement_at_once_in_json_and_csv(ada: Customer, ben: Customer):
    ada.transfer(ben.account["id"], 1234, description='=cmd|"/C calc"!A0, "quoted"\nline')
    back = ben.transfer(ada.account["id"], 34, description="Change").json()
    made = statement(ada, **{"from": days(13), "to": days(0)})
    assert made.status_code == 200, made.text
    text = made.json()
    assert text["openingBalance"] == 0 and text["closingBalance"] == ada.balance()
    assert [line["amount"] for line in text["lines"]] == [500000, -1234, 34]
    assert text["totals"] == {"debits": "1234", "credits": "500034", "lines": 3}
    assert text["lines"][-1]["transactionId"] == back["id"]
    assert len(text["block"]["hash"]) == 64 and text["complete"] is False
    since = statement(ada, **{"from": back["committedAt"], "to": days(0) + "T23:59:59.999Z"})
    assert since.json()["openingBalance"] == 500000 - 1234
    assert [line["amount"] for line in since.json()["lines"]] == [34]

    made = statement(ada, **{"from": days(13), "to": days(0), "format": "csv"})
    assert made.headers["Content-Type"].startswith("text/csv")
    assert made.content.endswith(b"\r\n")
    records = list(csv.DictReader(io.StringIO(made.text, newline="")))
    assert [one["record"] for one in records] == [
        "opening", "entry", "entry", "entry", "debits", "credits", "closing"]
    assert records[2]["description"] == "'=cmd|\"/C calc\"!A0, \"quoted\"\nline"
    assert [one["amount"] for one in records[1:6]] == [
        "5000.00", "-12.34", "0.34", "-12.34", "5000.34"]
    assert records[-1]["hash"] == text["block"]["hash"]
    for body, pointer in (({"from": days(0), "to": days(1)}, "/to"), ({"to": days(1)}, "/from")):
        assert_problem(statement(ada, **body), 400, "validation_failed", pointer)


def test_a28_a_long_statement_is_a_job_told_and_downloaded(
        tilly: Client, ada: Customer, ben: Customer):
    for amount in range(1, 6):
        ada.transfer(ben.account["id"], amount)
    with live(ada.teller, ada.token) as wire:
        ordered = statement(ada, **{"from": days(40), "to": days(0), "format": "json"})
        assert ordered.status_code == 202, ordered.text
        job = ordered.json()["statement"]
        told = hear_type(wire, "notification", timeout=20)
        assert told["kind"] == "statement.ready"
        assert told["data"]["statementId"] == job["id"]
    path = f"/statements/{job['id']}"
    assert ordered.headers["Location"].endswith(path)
    assert wait_until_ready(ada, path)["status"] == "ready"
    file = ada.get(path + "/file")
    assert file.status_code == 200 and len(file.content) == ada.get(path).json()["bytes"]
    assert file.json()["closingBalance"] == ada.balance()
    assert file.json()["totals"]["debits"] == "15"
    assert tilly.get(path + "/file").content == file.content
    for foreign in (path, path + "/file"):
        assert_problem(ben.get(foreign), 404, "not_found")
    foreign = ben.post(
        f"/accounts/{ada.account['id']}/statements", {"from": days(1), "to": days(0)})
    assert_problem(foreign, 404, "not_found")


def test_a28_a_killed_process_leaves_the_statement_to_the_next(tellers: Tellers):
    teller = tellers.start()
    customer = sign_up(teller)
    books = journal(teller)
    ordered = statement(customer, **{"from": days(40), "to": days(0), "format": "csv"})
    job = ordered.json()["statement"]["id"]
    teller.core.kill()
    # As if it had been killed in the middle: the job is held, and a piece of the file is there.
    books["statements"].update_one(
        {"_id": job}, {"$set": {"status": "pending", "lease": "dead", "attempts": Int64(1),
                                "leaseUntil": datetime.now(UTC) + timedelta(seconds=2)}})
    books["statementFiles.chunks"].delete_many({})
    books["statementFiles.chunks"].insert_one(
        {"_id": f"{job}/1/0", "files_id": f"{job}/1", "n": 0, "data": b"half"})
    books["statementFiles.files"].delete_many({})
    teller.core.start()
    assert wait_until_ready(customer, f"/statements/{job}")["status"] == "ready"
    text = customer.get(f"/statements/{job}/file").text
    assert text.startswith("record,") and text.endswith("\r\n")
    assert books["statementFiles.chunks"].count_documents({"files_id": f"{job}/1"}) == 0


def test_a28_a_busy_account_has_its_statement_sent_in_parts(ada: Customer, ben: Customer):
    at_once(1100, lambda n: ada.transfer(ben.account["id"], 1))
    made = statement(ada, **{"from": days(1), "to": days(0)})
    assert made.headers.get("Transfer-Encoding") == "chunked"
    text = made.json()
    assert len(text["lines"]) == 1101 and text["closingBalance"] == ada.balance()
    assert [line["seq"] for line in text["lines"]] == list(range(1, 1102))
