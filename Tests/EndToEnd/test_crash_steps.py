"""A crash between any two steps loses nothing and doubles nothing.

The bank is stopped before each of its writes in turn, and killed there.
"""

import threading
from datetime import UTC, datetime

import pytest
import requests

from conftest import Tellers
from support.bank import PASSWORD, Client, Customer, sign_up, staff
from support.crashes import FailPoint, attempt, books, crash_at_each_step
from support.furniture import statement
from support.gateway import Gateway
from support.money import give_all_back
from support.people import answer, ask_for_code, log_in, set_two_factor, with_phone
from support.processes import Teller
from support.wire import wait_until


def test_a_crash_between_two_steps_of_signup_leaves_all_of_it_or_nothing(tellers: Tellers):
    teller, emails = tellers.start(), []
    database = books(teller)

    def join() -> requests.Response:
        return Client(teller.core.url).post("/auth/signup", form(emails[-1]))

    emails.append("0@example.com")
    for died in crash_at_each_step(teller, join):
        there = parts_of_signup(database, emails[-1])
        assert set(there) in ({0}, {1}), there
        if not died:
            assert there == [1, 1, 1]
        again = join()
        assert again.status_code == (409 if there[0] else 201), again.text
        assert parts_of_signup(database, emails[-1]) == [1, 1, 1]
        log_in(teller, emails[-1])
        emails.append(f"{len(emails)}@example.com")
    assert len(emails) > 5
    teller.verify()


def credentials(email: str) -> dict:
    return {"email": email, "password": PASSWORD}


def form(email: str) -> dict:
    return {"name": "Ada", "email": email, "password": PASSWORD}


def parts_of_signup(database, email: str) -> list[int]:
    """The customers with that e-mail, their accounts, and the postings to these."""
    customers = [one["_id"] for one in database.customers.find({"email": email})]
    accounts = [one["_id"] for one in database.accounts.find({"customer": {"$in": customers}})]
    return [len(customers), len(accounts),
            database.transactions.count_documents({"postings.account": {"$in": accounts}})]


def test_a_crash_between_two_steps_of_closing_leaves_a_customer_open_or_closed(tellers: Tellers):
    teller = tellers.start()
    database, admin, leaving = books(teller), staff(teller), []

    def leave() -> requests.Response:
        return leaving[-1].ask("DELETE", f"/customers/{leaving[-1].id}")

    leaving.append(penniless(teller))
    steps = 0
    for died in crash_at_each_step(teller, leave):
        steps += died
        ada = leaving[-1]
        is_closed = admin.get(f"/customers/{ada.id}").json()["status"] == "closed"
        assert is_closed or died
        assert traces(database, ada) == ([0, 0, 0] if is_closed else [1, 1, 1])
        if not is_closed:
            assert leave().status_code == 204
        assert traces(database, ada) == [0, 0, 0]
        leaving.append(penniless(teller))
    assert steps > 2
    teller.verify()


def penniless(teller: Teller) -> Customer:
    ada = sign_up(teller)
    give_all_back(ada)
    return ada


def traces(database, ada: Customer) -> list[int]:
    """Of a customer: the personal data, the open accounts, the sessions that last."""
    return [database.customers.count_documents({"_id": ada.id, "email": ada.email}),
            database.accounts.count_documents({"customer": ada.id, "status": "active"}),
            database.sessions.count_documents({"customer": ada.id, "revokedAt": {"$exists": False}})]


def within(teller: Teller, collection: str) -> dict:
    """Only commands on that collection; on any if it is empty."""
    return {"namespace": f"{teller.settings['MONGO_DATABASE']}.{collection}"} if collection else {}


@pytest.mark.parametrize("command, collection", [
    ("insert", "statements"), ("findAndModify", "statements"), ("insert", "statementFiles.chunks"),
    ("update", "statements"), ("insert", "notices"), ("commitTransaction", "")])
def test_a_crash_between_two_steps_of_a_statements_job_makes_it_once(
        tellers: Tellers, command: str, collection: str):
    teller = tellers.start()
    database, ada = books(teller), sign_up(teller)
    with FailPoint(teller) as point:
        point.hold([command], **within(teller, collection))
        ordering = threading.Thread(target=attempt, args=(lambda: statement(ada, "json", 40), []))
        ordering.start()
        assert point.reached(5)
        teller.core.kill()
    ordering.join()
    # The time of its lease goes by
    database.statements.update_many({"lease": {"$exists": True}},
                                    {"$set": {"leaseUntil": datetime.now(UTC)}})
    teller.core.start()
    if not database.statements.find_one():
        statement(ada, "json", 40)
    job = database.statements.find_one()
    path = f"/statements/{job['_id']}"
    wait_until(lambda: ada.get(path).json()["status"] == "ready", timeout=20)
    assert ada.get(f"{path}/file").json()["closingBalance"] == ada.balance()
    assert database.notices.count_documents({"kind": "statement.ready"}) == 1
    assert database["statementFiles.files"].count_documents({}) == 1


@pytest.mark.parametrize("command, collection", [
    ("insert", "messages"), ("update", "messages"), ("commitTransaction", ""),
    ("findAndModify", "messages")])
def test_a_crash_between_two_steps_of_sending_a_message_sends_it_at_least_once(
        tellers: Tellers, command: str, collection: str):
    gateway = Gateway()
    teller = tellers.start(OTP_GATEWAY_URL=gateway.url)
    database, ada = books(teller), with_phone(teller)
    assert set_two_factor(ada, "otp").status_code == 200
    with FailPoint(teller) as point:
        point.hold([command], **within(teller, collection))
        replies: list[requests.Response] = []
        asking = threading.Thread(target=attempt, args=(
            lambda: Client(teller.core.url).post("/auth/login", credentials(ada.email)), replies))
        asking.start()
        assert point.reached(5)
        if command == "findAndModify":
            asking.join()
        teller.core.kill()
    asking.join()
    # The time of its lease goes by
    database.messages.update_many({"status": "queued"}, {"$set": {"dueAt": datetime.now(UTC)}})
    teller.core.start()
    if not replies:
        ask_for_code(teller, ada.email)
    wait_until(lambda: database.messages.count_documents({"status": "sent"}) ==
               database.messages.count_documents({}) > 0, timeout=20)
    told = {call[1]["id"] for call in gateway.calls}
    assert told == {one["_id"] for one in database.messages.find()}
    assert all(call[0]["Idempotency-Key"] == call[1]["id"] for call in gateway.calls)
    if replies:
        code = gateway.calls[-1][1]["text"][:6]
        assert answer(teller, replies[0].json(), code).status_code == 200
