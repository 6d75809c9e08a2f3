"""Someone with the database's password changes the books; `bankctl verify` says where."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bson import Int64
from pymongo import MongoClient

from conftest import Tellers
from support.bank import staff
from support.processes import Teller
from test_bankctl import journal


def test_audit_kept_heads_show_that_a_tail_was_cut_with_its_balances(
        tellers: Tellers, tmp_path: Path):
    teller, kept = tellers.start(), tmp_path / "heads.json"
    tilly = staff(teller, "teller")
    teller.bankctl("seed", "--customers", "3")
    kept.write_text(tilly.get("/ledger/blocks").text)
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


@pytest.fixture
def books(mongo_url: str, logs: Path):
    """The database of a bank that was in business for a while: 1,200 openings by two chains."""
    teller = Teller(mongo_url, logs)
    teller.bankctl("migrate")
    for _ in range(2):
        teller.bankctl("seed", "--customers", "15", "--accounts", "600")
    teller.bankctl("verify")
    with MongoClient(mongo_url) as client:
        database = client[teller.settings["MONGO_DATABASE"]]
        yield teller, database
        client.drop_database(database.name)


def first_bad_place(teller: Teller) -> str:
    found = teller.bankctl("verify", check=False)
    assert found.returncode == 1, found.stdout
    return next(line for line in found.stdout.splitlines() if "The first bad place" in line)


@pytest.mark.parametrize("manipulation", ["changed", "removed", "inserted", "moved", "block"])
def test_audit_verify_names_the_first_bad_entry(books, manipulation: str):
    teller, books = books
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
    first = first_bad_place(teller)
    assert place in first and manipulation in first


def test_audit_verify_names_the_first_bad_block(books):
    teller, books = books
    writer = books.blocks.find_one({"height": {"$gt": 1}})["writer"]
    chain = list(books.blocks.find({"writer": writer}, sort=[("height", 1)]))
    first, last = chain[0], chain[-1]
    again = {"_id": first["_id"]}

    books.blocks.update_one(again, {"$set": {"committedAt": datetime.now(UTC)}})
    assert f"block {writer}/1 was changed" in first_bad_place(teller)
    books.blocks.replace_one(again, first)

    books.blocks.delete_one(again)
    assert f"blocks are missing before {writer}/2" in first_bad_place(teller)
    books.blocks.insert_one(first)

    forged = {"_id": "blk_01kdq3v7c2e2v8q1x5h7m9b3za", "height": Int64(last["height"] + 1)}
    books.blocks.insert_one({**last, **forged})
    assert f"block {writer}/{forged['height']} was changed" in first_bad_place(teller)
    books.blocks.delete_one({"_id": forged["_id"]})

    books.blocks.drop_index("chain")
    for one, other in ((first, chain[1]), (chain[1], first)):
        books.blocks.update_one({"_id": one["_id"]}, {"$set": {"height": other["height"]}})
    assert f"block {writer}/2 was changed" in first_bad_place(teller)
    for one in (first, chain[1]):
        books.blocks.replace_one({"_id": one["_id"]}, one)
    teller.bankctl("verify")
