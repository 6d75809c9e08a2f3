"""The change stream of a bank-websocket, seen from MongoDB's side and from its log."""

from contextlib import contextmanager
from typing import Iterator

from bson import Timestamp
from pymongo import MongoClient

from .processes import Teller, log_lines


FILLER = "filler"
FILLER_BYTES = 100_000


def wire_name(teller: Teller) -> str:
    """What the wire's connections are called by MongoDB."""
    return f"bank-websocket 127.0.0.1:{teller.wire_port}"


def feed_cursors(client: MongoClient, teller: Teller) -> list[int]:
    """The cursors of this bank's live wires, waiting or not."""
    name = teller.settings["MONGO_DATABASE"]
    found = client.admin.aggregate([
        {"$currentOp": {"allUsers": True, "idleCursors": True, "localOps": True}},
        {"$match": {"ns": {"$in": [f"{name}.$cmd", f"{name}.$cmd.aggregate"]},
                    "cursor.tailable": True}}])
    return [one["cursor"]["cursorId"] for one in found]


def kill_feed_cursors(client: MongoClient, teller: Teller) -> int:
    """Tells how many there were."""
    cursors = feed_cursors(client, teller)
    if not cursors:
        return 0
    database = client[teller.settings["MONGO_DATABASE"]]
    return len(database.command("killCursors", "$cmd.aggregate", cursors=cursors)["cursorsKilled"])


def interruptions(teller: Teller, reason: str | None = None) -> int:
    """How often the wire says its feed ended, by its log."""
    return sum(line["message"] == "The feed was interrupted" and
               reason in (None, line.get("feed.reason")) for line in log_lines(teller.wire))


def lose_history(client: MongoClient, teller: Teller) -> None:
    """The node tells this wire once that its place is no longer in the operation log."""
    client.admin.command(
        "configureFailPoint", "failCommand", mode={"times": 1},
        data={"failCommands": ["getMore"], "errorCode": 286, "appName": wire_name(teller)})


def roll_oplog(client: MongoClient) -> None:
    """Writes until nothing of what stands in the operation log now is left of it. Takes a node with
    a small one, and frequent checkpoints: what the newest does not cover is kept."""
    oplog = client.local["oplog.rs"]
    newest: Timestamp = oplog.find_one(sort=[("$natural", -1)])["ts"]
    filler = client[FILLER].things
    for _ in range(600):
        if oplog.find_one(sort=[("$natural", 1)])["ts"] > newest:
            client.drop_database(FILLER)
            return
        filler.insert_many([{"x": "x" * FILLER_BYTES} for _ in range(10)])
        filler.delete_many({})
        client.admin.command("fsync")
    raise AssertionError("the operation log was not rolled over")


@contextmanager
def moved_away(client: MongoClient, name: str) -> Iterator[None]:
    """The database is dropped, which ends every change stream on it for good, and what was in it
    comes back at the end: as in a restore."""
    away = f"{name}_away"
    collections = client[name].list_collection_names(filter={"type": "collection"})
    rename(client, name, away, collections)
    client[name].create_collection("dropped")
    client.drop_database(name)
    try:
        yield
    finally:
        rename(client, away, name, collections)
        client.drop_database(away)


def rename(client: MongoClient, source: str, target: str, collections: list[str]) -> None:
    for collection in collections:
        client.admin.command("renameCollection", f"{source}.{collection}", to=f"{target}.{collection}",
                             dropTarget=True)
