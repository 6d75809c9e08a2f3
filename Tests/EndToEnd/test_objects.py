"""Every kind of thing that a bank can have in it, read by everybody who may.

`support.document` holds each reply to the OpenAPI document; here is only what goes for.
"""

from pathlib import Path

import pytest

from conftest import Tellers
from support.bank import Client, assert_problem
from support.furniture import NOBODYS, furnish, statement
from test_bankctl import journal


@pytest.fixture(scope="module")
def house(mongo_url: str, tmp_path_factory: pytest.TempPathFactory):
    tellers = Tellers(mongo_url, tmp_path_factory.mktemp("house"))
    try:
        teller = tellers.start()
        yield teller, *furnish(teller)
    finally:
        tellers.stop()


def all_of(client: Client, path: str, **query) -> list[dict]:
    """Everything in a list, by small pages."""
    found, cursor = [], {}
    while True:
        reply = client.get(path, params={"limit": 7, **query, **cursor})
        assert reply.status_code == 200, reply.text
        page = reply.json()
        found += page["data"]
        if not page["hasMore"]:
            return found
        cursor = {"cursor": page["nextCursor"]}


@pytest.mark.parametrize("who", ["customer", "staff"])
def test_every_kind_of_thing_reads_as_the_document_says(house, who: str):
    teller, ada, admin = house
    client = ada if who == "customer" else admin
    assert client.get("/auth/me").status_code == 200
    assert len(client.get("/auth/sessions").json()["data"]) > 0
    accounts = {one["id"] for one in all_of(client, "/accounts")}
    for entry in all_of(client, "/transactions"):
        assert client.get(f"/transactions/{entry['id']}").status_code == 200
        # The bank's own stand in no list
        sides = {entry[side].get("accountId") for side in ("from", "to")}
        accounts |= sides - {None, NOBODYS["id"]}
    for kind in ("account", "transaction"):
        assert len(all_of(client, f"/{kind}-types")) > 4
    for hold in all_of(client, "/holds"):
        assert client.get(f"/holds/{hold['id']}").status_code == 200
    for account in accounts:
        path = f"/accounts/{account}"
        for one in (path, f"{path}/balance", f"{path}/balance?at=2020-01-01T00:00:00Z"):
            assert client.get(one).status_code == 200, one
        number = client.get(path).json()["number"]
        client.get(f"/accounts/lookup?number={number}")
        all_of(client, f"{path}/transactions")
        for form, days in (("json", 1), ("csv", 1), ("json", 40)):
            statement(client, form, days, account)
    assert client.get("/events").status_code == 200
    banks_own = [one for one in accounts if client.get(f"/accounts/{one}").json()["customerId"] is None]
    assert len(banks_own) == (1 if who == "staff" else 0)


def test_every_kind_of_thing_of_the_bank_reads_as_the_document_says(house):
    teller, ada, admin = house
    customers = all_of(admin, "/customers")
    assert {one["status"] for one in customers} == {"active", "closed"}
    assert {one["role"] for one in customers} == {"customer", "teller", "admin"}
    for one in customers:
        assert admin.get(f"/customers/{one['id']}").status_code == 200
    messages = all_of(admin, "/messages")
    assert {one["status"] for one in messages} == {"queued", "sent", "dead"}
    letters = all_of(Client(teller.core.url), "/sandbox/messages")
    assert None in [one["text"] for one in letters]
    accounts = all_of(admin, "/accounts")
    assert {one["status"] for one in accounts} >= {"active", "closed", "frozen"}
    statuses = {one["status"] for one in all_of(admin, "/transactions")}
    assert statuses == {"posted", "refused", "reversed", "cancelled", "pending", "captured", "voided",
                        "expired"}
    assert {one["status"] for one in all_of(admin, "/holds")} == {
        "pending", "captured", "voided", "expired"}
    for path in ("/ledger/trial-balance", "/ledger/blocks"):
        assert admin.get(path).status_code == 200
    teller.verify()


def test_statements_of_every_state_read_as_the_document_says(house):
    teller, ada, admin = house
    answers = {"pending": "statement_not_ready", "failed": "statement_failed"}
    seen = set()
    for job in journal(teller).statements.find():
        reply = admin.get(f"/statements/{job['_id']}")
        assert reply.status_code == 200
        state = reply.json()["status"]
        file = admin.get(f"/statements/{job['_id']}/file")
        if state == "ready":
            assert file.status_code == 200
        else:
            assert_problem(file, 409, answers[state])
        seen.add(state)
    assert seen == {"pending", "ready", "failed"}
