"""History, search, proof, feed and statements, as a client uses them: a test for each row."""

import json
import time
from pathlib import Path

import pytest
from pymongo import MongoClient

from conftest import Tellers
from support.bank import Client, Customer, assert_problem, at_once, key
from support.processes import Teller
from test_bankctl import create_staff


@pytest.fixture(scope="session")
def tilly(teller: Teller) -> Client:
    """A teller who is logged in."""
    made = create_staff(teller, "--email", "rows@teller.example", STAFF_PASSWORD="a long password")
    assert made.returncode == 0, made.stderr
    answer = Client(teller.core.url).post(
        "/auth/login", {"email": "rows@teller.example", "password": "a long password"})
    return Client(teller.core.url, answer.json()["accessToken"])


def journal(teller: Teller):
    return MongoClient(teller.settings["MONGO_URL"])[teller.settings["MONGO_DATABASE"]]


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
    assert [line["currency"] for line in lines] == ["USD"]
    assert lines[0]["difference"] == "0"
    assert lines[0]["debits"] == lines[0]["credits"] and int(lines[0]["credits"]) > 0
    for path in ("/ledger/trial-balance", "/ledger/blocks"):
        assert_problem(ada.get(path), 403, "forbidden")


def test_kept_heads_show_that_a_tail_was_cut_with_its_balances(
        tellers: Tellers, tmp_path: Path):
    teller, kept = tellers.start(), tmp_path / "heads.json"
    create_staff(teller, "--email", "cut@teller.example", STAFF_PASSWORD="a long password")
    anyone = Client(teller.core.url)
    token = anyone.post("/auth/login", {
        "email": "cut@teller.example", "password": "a long password"}).json()["accessToken"]
    teller.bankctl("seed", "--customers", "3")
    kept.write_text(Client(teller.core.url, token).get("/ledger/blocks").text)
    assert json.loads(kept.read_text())["heads"]
    teller.bankctl("verify", "--head", str(kept))

    books = journal(teller)
    last = books.blocks.find_one(sort=[("_id", -1)])
    cut = list(books.transactions.find(
        {"block.writer": last["writer"], "block.height": last["height"]}))
    assert cut
    for entry in cut:
        for posting in entry["postings"]:
            books.accounts.update_one(
                {"_id": posting["account"]},
                {"$inc": {"posted": -posting["amount"], "seq": -1}})
    books.transactions.delete_many({"_id": {"$in": [entry["_id"] for entry in cut]}})
    books.blocks.delete_one({"_id": last["_id"]})
    assert teller.bankctl("verify").returncode == 0, "nobody can tell from the database alone"
    found = teller.bankctl("verify", "--head", str(kept), check=False)
    assert found.returncode == 1
    assert f"The first bad place: chain {last['writer']} was cut" in found.stdout


@pytest.mark.parametrize("manipulation", ["changed", "removed", "inserted", "moved", "block"])
def test_verify_names_the_first_bad_place(tellers: Tellers, manipulation: str):
    teller = tellers.start()
    teller.bankctl("seed", "--customers", "30")
    books = journal(teller)
    victim = books.transactions.find_one({"status": "posted"}, sort=[("_id", 1)], skip=7)
    place = victim["_id"]
    if manipulation == "changed":
        books.transactions.update_one({"_id": place}, {"$set": {"to.holder": "Mallory"}})
    elif manipulation == "removed":
        books.transactions.delete_one({"_id": place})
    elif manipulation == "inserted":
        books.transactions.drop_index("seq")
        books.transactions.drop_index("key")
        place = victim["_id"] = "txn_01kdq3v7c2e2v8q1x5h7m9b3za"
        books.transactions.insert_one(victim)
    elif manipulation == "moved":
        books.transactions.update_one({"_id": place}, {"$inc": {"block.index": 1}})
    else:
        block = books.blocks.find_one(sort=[("_id", -1)])
        books.blocks.delete_one({"_id": block["_id"]})
        entry = books.transactions.find_one(
            {"block.writer": block["writer"], "block.height": block["height"]})
        place, manipulation = entry["_id"], "inserted"
    found = teller.bankctl("verify", check=False)
    assert found.returncode == 1
    first = next(line for line in found.stdout.splitlines() if "The first bad place" in line)
    assert place in first and manipulation in first


def test_c1_bankctl_traces_a_request_to_its_commit(teller: Teller, ada: Customer, ben: Customer):
    entry = ada.transfer(ben.account["id"], 5, headers={"X-Request-ID": f"trace-{key()}"}).json()
    text = teller.bankctl("trace", entry["requestId"]).stdout
    assert entry["id"] in text and "received" in text and "committed" in text
    trace = json.loads(teller.bankctl("trace", entry["requestId"], "--json").stdout)
    assert [hop["hop"] for hop in trace["hops"]][:2] == ["received", "committed"]
    assert teller.bankctl("trace", "nobody-knows", check=False).returncode == 1
