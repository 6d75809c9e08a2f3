"""Damage done behind the bank's back, which `bankctl verify` must notice and which is then undone."""

from contextlib import contextmanager


def plant_faults(teller, database, report) -> None:
    """Each fault is planted alone, in a bank that is sound before and after."""
    for name, fault in [("a journal entry deleted", deleted_entry), ("a balance changed", changed_balance),
                        ("an amount changed", changed_amount), ("a block deleted", deleted_block)]:
        with fault(database):
            found = teller.bankctl("verify", check=False).returncode
        report.check(found != 0, f"planted fault noticed by bankctl verify: {name}")
    sound = teller.bankctl("verify", check=False).returncode
    report.check(sound == 0, "the bank is sound again without the planted faults")


def middle(collection, query: dict) -> dict:
    """A document from the middle of the collection."""
    count = collection.count_documents(query)
    found = list(collection.find(query).sort("_id", 1).skip(count // 2).limit(1))
    assert found, f"{collection.name} has no document to damage"
    return found[0]


@contextmanager
def deleted(collection, document: dict):
    collection.delete_one({"_id": document["_id"]})
    try:
        yield
    finally:
        collection.insert_one(document)


def deleted_entry(database):
    return deleted(database.transactions, middle(database.transactions, {}))


def deleted_block(database):
    return deleted(database.blocks, middle(database.blocks, {}))


@contextmanager
def changed(collection, document: dict, field: str, by: int):
    collection.update_one({"_id": document["_id"]}, {"$inc": {field: by}})
    try:
        yield
    finally:
        collection.replace_one({"_id": document["_id"]}, document)


def changed_balance(database):
    return changed(database.accounts, middle(database.accounts, {"posted": {"$gt": 0}}), "posted", 1)


def changed_amount(database):
    return changed(database.transactions, middle(database.transactions, {"status": "posted"}), "amount", 1)
