"""Rows of the feature table that are about the bank as a whole: coming in, what accounts are,
and what happens to a request that is wrong or comes twice."""

import re
import secrets

import pytest

from support.bank import PASSWORD, Client, Customer, assert_problem, at_once, key, sign_up, staff
from support.crashes import books
from support.money import order, posted
from support.people import log_in, phone, refused_within
from support.processes import Teller
from support.wire import close_code, hear_type, live


@pytest.fixture(scope="session")
def admin(teller: Teller) -> Customer:
    return staff(teller)


def form(**fields) -> dict:
    return {"name": "Ada Lovelace", "email": f"{secrets.token_hex(8)}@example.com",
            "password": PASSWORD} | fields


# A2 ----------------------------------------------------------------------------------------


def test_a2_the_first_account_and_its_money_come_with_the_signup(teller: Teller, admin: Customer):
    ada = sign_up(teller)
    assert ada.account["customerId"] == ada.id and ada.account["type"] == "personal"
    assert ada.account["balance"] == {"posted": ada.balance(), "held": 0, "available": ada.balance()}
    [opening] = ada.entries()
    assert (opening["type"], opening["amount"]) == ("deposit", ada.balance())
    assert (opening["seq"], opening["balanceAfter"]) == (1, ada.balance())
    # A posting of the bank's own cash, which is that much less
    sides = admin.get(f"/transactions/{opening['id']}").json()
    cash = sides["from"]
    history = admin.get(f"/accounts/{cash['accountId']}/transactions", params={"limit": 200}).json()
    entry = next(one for one in history["data"] if one["id"] == opening["id"])
    before = next((one for one in history["data"] if cash["seq"] - 1 in (
        one["from"].get("seq"), one["to"].get("seq"))), None)
    assert entry["from"]["balanceAfter"] == cash["balanceAfter"]
    if before is not None:
        side = next(before[one] for one in ("from", "to")
                    if before[one].get("accountId") == cash["accountId"])
        assert int(cash["balanceAfter"]) == int(side["balanceAfter"]) - opening["amount"]


def test_a2_a_failed_signup_leaves_neither_customer_nor_account(teller: Teller):
    anyone, database = Client(teller.core.url), books(teller)
    taken = phone()
    assert anyone.post("/auth/signup", form(phone=taken)).status_code == 201
    counts = [database[name].estimated_document_count() for name in ("customers", "accounts")]
    lost = form(phone=taken)
    assert_problem(anyone.post("/auth/signup", lost), 409, "phone_taken")
    assert_problem(anyone.post("/auth/signup", form(name="", password="short", currency="XXX")), 400,
                   "validation_failed", "/password")
    assert database.customers.count_documents({"email": lost["email"]}) == 0
    assert [database[name].estimated_document_count()
            for name in ("customers", "accounts")] == counts
    # Its e-mail is free as before
    assert anyone.post("/auth/signup", {**lost, "phone": phone()}).status_code == 201


def test_a2_of_many_signups_at_once_with_an_email_one_makes_a_customer(teller: Teller):
    body, database = form(), books(teller)
    replies = at_once(8, lambda _: Client(teller.core.url).post("/auth/signup", body, timeout=60))
    assert sorted(reply.status_code for reply in replies) == [201] + [409] * 7
    [customer] = database.customers.find({"email": body["email"]})
    [account] = database.accounts.find({"customer": customer["_id"]})
    assert database.transactions.count_documents({"postings.account": account["_id"]}) == 1
    teller.verify()


# A3 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("password, status", [
    ("1234567", 400), ("12345678", 201), ("ü" * 512, 201), ("ü" * 512 + "x", 400),
    (" pass word ", 201), ("\u0000password", 400), (12345678, 400), (["12345678"], 400)],
    ids=lambda value: repr(value)[:12])
def test_a3_a_password_has_8_to_1024_bytes(teller: Teller, password, status: int):
    anyone, body = Client(teller.core.url), form(password=password)
    reply = anyone.post("/auth/signup", body)
    assert reply.status_code == status, reply.text
    if status == 400:
        return
    log_in(teller, body["email"], password)
    for wrong in (password[:-1], f"{password[:-1]}~"):
        again = anyone.post("/auth/login", {"email": body["email"], "password": wrong})
        assert_problem(again, 401, "invalid_credentials")


def test_a3_a_password_is_kept_as_scrypt_and_shown_nowhere(teller: Teller, admin: Customer):
    body = form(password=f"secret {secrets.token_hex(8)}")
    signed_up = Client(teller.core.url).post("/auth/signup", body)
    session = log_in(teller, body["email"], body["password"])
    ada = Client(teller.core.url, session["accessToken"])
    customer = signed_up.json()["customer"]["id"]
    kept = books(teller).customers.find_one({"_id": customer})
    [hash_] = [value for value in kept.values() if isinstance(value, str) and value.startswith("$scrypt$")]
    assert re.fullmatch(r"\$scrypt\$ln=\d+,r=\d+,p=\d+\$[A-Za-z0-9+/]{22,}\$[A-Za-z0-9+/]{43,}", hash_)
    shown = signed_up.text + str(session) + ada.get("/auth/me").text + str(kept | {"passwordHash": ""})
    shown += admin.get(f"/customers/{customer}").text + teller.core.log.read_text()
    shown += teller.wire.log.read_text()
    assert body["password"] not in shown
    assert hash_ not in shown and hash_.split("$")[-1] not in shown


# A4 ----------------------------------------------------------------------------------------


def refresh(teller: Teller, token: str):
    return Client(teller.core.url).post("/auth/refresh", {"refreshToken": token})


def test_a4_a_refresh_token_is_good_for_one_exchange(teller: Teller):
    session = log_in(teller, sign_up(teller).email)
    assert session["tokenType"] == "Bearer" and session["expiresIn"] == 900
    # The reply may get lost: then twenty ask again at once, and the session has one pair
    replies = at_once(20, lambda _: refresh(teller, session["refreshToken"]))
    assert {reply.status_code for reply in replies} == {200}
    assert len({reply.json()["refreshToken"] for reply in replies}) == 1
    pair = replies[0].json()
    last = refresh(teller, pair["refreshToken"]).json()
    assert len({session["refreshToken"], pair["refreshToken"], last["refreshToken"]}) == 3
    ada = Client(teller.core.url, last["accessToken"])
    assert ada.get("/auth/me").status_code == 200
    with live(teller, last["accessToken"]) as wire:
        assert_problem(refresh(teller, session["refreshToken"]), 401, "invalid_token")
        assert close_code(wire, timeout=5) == 4401
    assert refused_within(ada)
    assert_problem(refresh(teller, last["refreshToken"]), 401, "invalid_token")


# A9 ----------------------------------------------------------------------------------------


def test_a9_a_number_tells_the_holders_name_and_nothing_else(ada: Customer, ben: Customer):
    reply = ada.get("/accounts/lookup", params={"number": ben.account["number"]})
    holder = ben.get("/auth/me").json()["name"]
    assert reply.json() == {"number": ben.account["number"], "holderName": holder, "currency": "USD"}
    number = ben.account["number"]
    unknown = number[:-1] + str((int(number[-1]) + 1) % 10)  # its check digit is wrong
    assert ada.get("/accounts/lookup", params={"number": unknown}).status_code in (400, 404)
    assert_problem(ada.get("/accounts/lookup"), 400, "validation_failed", "?number")
    anyone = Client(ada.base).get("/accounts/lookup", params={"number": number})
    assert_problem(anyone, 401, "unauthenticated")


# A13, A14, A15 -------------------------------------------------------------------------------


def test_a13_a_new_status_is_pushed_to_the_owner(teller: Teller, admin: Customer, ada: Customer):
    path = f"/accounts/{ada.account['id']}"
    with live(teller, ada.token) as wire:
        for status in ("frozen", "dormant", "active"):
            changed = admin.ask("PUT", f"{path}/status", body={"status": status, "reason": "Lost card"})
            assert changed.json()["status"] == status
            told = hear_type(wire, "notification")
            assert told["kind"] == "account.status" and told["data"]["status"] == status
    assert_problem(ada.ask("PUT", f"{path}/status", body={"status": "active", "reason": "me"}),
                   403, "forbidden")
    for wrong in ({"status": "closed", "reason": "x"}, {"status": "frozen"},
                  {"status": "frozen", "reason": ""}):
        assert_problem(admin.ask("PUT", f"{path}/status", body=wrong), 400, "validation_failed")


@pytest.mark.parametrize("currency, exponent", [("JPY", 0), ("EUR", 2), ("KWD", 3)])
def test_a14_a_currency_has_the_exponent_of_iso_4217(
        ada: Customer, admin: Customer, currency: str, exponent: int):
    opened = ada.post("/accounts", {"currency": currency})
    assert opened.status_code == 201, opened.text
    account = opened.json()
    assert (account["currency"], account["exponent"]) == (currency, exponent)
    paid = order(admin, "deposit", 1_000, to=account["id"], currency=currency)
    assert paid.status_code == 201, paid.text
    assert ada.get(f"/accounts/{account['id']}/balance").json()["exponent"] == exponent
    sums = {one["currency"]: one for one in admin.get("/ledger/trial-balance").json()["data"]}
    assert sums[currency]["difference"] == "0" and int(sums[currency]["credits"]) >= 1_000


@pytest.mark.parametrize("currency", ["usd", "XXX", "CLF", "US", "DOLLARS", "ZZZ", 840, ""])
def test_a14_what_is_no_currency_is_refused(ada: Customer, currency):
    reply = ada.post("/accounts", {"currency": currency})
    assert_problem(reply, 400, "validation_failed", "/currency")


def test_a15_a_closed_account_stays_readable_and_is_closed_once(ada: Customer, admin: Customer):
    spare = ada.post("/accounts", {"type": "saving"}).json()
    path = f"/accounts/{spare['id']}"
    posted(ada.transfer(spare["id"], 5))
    assert_problem(ada.ask("DELETE", path), 409, "balance_not_zero")
    posted(order(ada, "withdrawal", 5, **{"from": spare["id"]}))
    replies = at_once(100, lambda number: (ada, admin)[number % 2].ask("DELETE", path))
    assert sorted(reply.status_code for reply in replies) == [204] + [409] * 99
    assert ada.get(path).json()["status"] == "closed"
    assert len(ada.get(f"{path}/transactions").json()["data"]) == 2
    assert_problem(ada.transfer(spare["id"], 1), 409, "account_not_active")
    assert_problem(admin.ask("PUT", f"{path}/status", body={"status": "active", "reason": "x"}),
                   409, "account_not_active")


def test_a15_of_closing_and_paying_in_at_once_no_money_is_lost(teller: Teller, ada: Customer, pool):
    for _ in range(10):
        spare = ada.post("/accounts", {"type": "saving"}).json()
        payers = pool.take_many(4)
        path = f"/accounts/{spare['id']}"

        def act(number: int):
            if number == 4:
                return ada.ask("DELETE", path).status_code
            return payers[number].transfer(spare["id"], 1).status_code

        *paid, closed = at_once(5, act)
        balance = ada.get(path).json()["balance"]["posted"]
        assert balance == paid.count(201)
        assert (closed == 204) == (balance == 0) == (ada.get(path).json()["status"] == "closed")
        if balance:
            posted(order(ada, "withdrawal", balance, **{"from": spare["id"]}))
            assert ada.ask("DELETE", path).status_code == 204
    teller.verify()


# A26 ---------------------------------------------------------------------------------------


def test_a26_an_order_that_comes_twice_as_a_message_moves_money_once(ada: Customer, ben: Customer):
    """A consumer of a queue hands on each message with its id: as the key, as the external reference,
    or as both. (Consumers themselves are of the second stage.)"""
    message, before = f"msg-{secrets.token_hex(8)}", ben.balance()

    def deliver(_: int):
        return ada.transfer(ben.account["id"], 7, idempotency_key=message, externalReference=message)

    replies = at_once(20, deliver)
    assert {reply.status_code for reply in replies} == {201}
    assert len({reply.content for reply in replies}) == 1
    # Another consumer, with a key of its own, is stopped by the reference
    again = ada.transfer(ben.account["id"], 7, externalReference=message)
    assert_problem(again, 409, "duplicate_external_reference")
    assert ben.balance() == before + 7
    item = {"idempotencyKey": message, "type": "transfer", "from": ada.account["id"],
            "to": ben.account["id"], "amount": 7, "currency": "USD", "externalReference": message}
    batch = ada.post("/transactions/batch", {"atomic": False, "transactions": [item]}).json()
    assert batch["outcomes"][0]["replayed"] and ben.balance() == before + 7


# A35 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("method, path, body, pointers", [
    ("POST", "/auth/signup", {"name": "", "email": "x", "password": "short", "phone": "12",
                              "dateOfBirth": "1990-02-30", "role": "admin"},
     {"/name", "/email", "/password", "/phone", "/dateOfBirth", "/role"}),
    ("POST", "/accounts", {"type": 7, "currency": "usd", "description": "x" * 501, "seq": 1},
     {"/type", "/currency", "/description", "/seq"}),
    ("POST", "/transactions", {"amount": 1.5, "currency": 5, "channel": "fax", "metadata": []},
     {"/type", "/amount", "/currency", "/channel", "/metadata"}),
    ("PUT", "/auth/two-factor", {"method": "sms", "code": ""}, {"/method", "/code", "/currentPassword"}),
    ("GET", "/transactions?limit=0&status=x&minAmount=-1&from=soon&surprise=1", None,
     {"?limit", "?status", "?minAmount", "?from", "?surprise"}),
])
def test_a35_all_faults_are_named_at_once_by_their_pointers(
        ada: Customer, method: str, path: str, body, pointers: set[str]):
    reply = ada.ask(method, path, body=body, headers={"Idempotency-Key": key()})
    problem = assert_problem(reply, 400, "validation_failed")
    assert {error["pointer"] for error in problem["errors"]} == pointers
    assert all(error["detail"].endswith(".") and error["code"] for error in problem["errors"])


def test_a35_a_batch_names_the_place_of_each_fault(ada: Customer, ben: Customer):
    good = {"idempotencyKey": key(), "type": "transfer", "from": ada.account["id"],
            "to": ben.account["id"], "amount": 1, "currency": "USD"}
    orders = [good, good | {"idempotencyKey": key(), "amount": 0, "x": 1}, "nonsense"]
    outcomes = ada.post("/transactions/batch", {"atomic": False, "transactions": orders}).json()["outcomes"]
    assert [one["outcome"] for one in outcomes] == ["posted", "invalid", "invalid"]
    faults = {error["pointer"] for one in outcomes[1:] for error in one["problem"]["errors"]}
    assert faults >= {"/transactions/1/amount", "/transactions/1/x"}
    assert any(pointer.startswith("/transactions/2") for pointer in faults)
