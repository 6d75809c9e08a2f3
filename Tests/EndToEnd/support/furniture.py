"""A bank with one of every kind of thing in it, for those who look at everything."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from pymongo import MongoClient

from .bank import PASSWORD, Client, Customer, key, sign_up, staff
from .money import cancel, give_all_back, order, posted, purchase, reverse, with_shop
from .people import ask_for_code, phone, set_two_factor, with_phone
from .processes import Teller
from .wire import wait_until

NOBODYS = {"id": "acc_01kdq3v7c2e2v8q1x5h7m9b3za", "number": "1000000008"}


def furnish(teller: Teller) -> tuple[Customer, Customer]:
    """Returns a customer who has been through everything, and an administrator."""
    admin = staff(teller)
    staff(teller, "teller")
    ada, ben, shop = sign_up_in_full(teller), sign_up(teller, "Ben"), with_shop(sign_up(teller, "Shop"))
    money(ada, ben, shop, admin)
    types(ada, ben, admin)
    holds(ada, shop)
    refusals(ada, ben, admin)
    statements(teller, ada)
    messages(teller)
    accounts(ada, ben, admin)
    gone = sign_up(teller)
    give_all_back(gone)
    assert gone.ask("DELETE", f"/customers/{gone.id}").status_code == 204
    return ada, admin


def sign_up_in_full(teller: Teller) -> Customer:
    """With everything that may be said of a customer; and a second session without a browser."""
    email = f"é.{secrets.token_hex(4)}@example.com"
    made = Client(teller.core.url).post("/auth/signup", {
        "name": "Ada Å \"<script>", "email": email, "password": PASSWORD, "phone": phone(),
        "nationalIdType": "Passport", "nationalId": secrets.token_hex(6), "gender": "female",
        "dateOfBirth": "1990-12-10", "currency": "USD"})
    assert made.status_code == 201, made.text
    logged_in = [Client(teller.core.url).post("/auth/login", {"email": email, "password": PASSWORD},
                                              headers={"User-Agent": agent}) for agent in (None, "x")]
    assert [one.status_code for one in logged_in] == [200, 200], logged_in[0].text
    return Customer(teller, made.json()["customer"]["id"], made.json()["account"],
                    logged_in[0].json()["accessToken"], email)


def money(ada: Customer, ben: Customer, shop: Customer, admin: Customer) -> None:
    mine, bens = ada.account["id"], ben.account["number"]
    posted(order(admin, "deposit", 9_000, to=mine))
    posted(order(ada, "withdrawal", 5, **{"from": mine}))
    full = posted(ada.transfer(bens, 7, description="Tea \u2028 =1+1", channel="web",
                               externalReference=secrets.token_hex(4),
                               metadata={"a": {"b": [1, None, "x"]}}))
    posted(reverse(admin, full))
    posted(reverse(ben, posted(ada.transfer(bens, 8))))
    posted(cancel(ada, purchase(ada, shop, 9)))
    purchase(ada, shop, 10)
    two = ada.post("/accounts", {"type": "saving", "description": "Rainy days"}).json()
    posted(ada.transfer(two["id"], 11))
    items = [{"idempotencyKey": secrets.token_hex(4), "type": "transfer", "from": mine, "to": to,
              "amount": amount, "currency": "USD"}
             for to, amount in ((bens, 1), (bens, 10**12), (NOBODYS["number"], 1), (bens, 0))]
    for atomic, status in ((False, 200), (True, 422)):
        reply = ada.post("/transactions/batch", {"atomic": atomic, "transactions": items})
        assert reply.status_code == status, reply.text
    for to in (bens, two["id"], NOBODYS["id"]):
        body = {"type": "transfer", "from": mine, "to": to, "amount": 1, "currency": "USD"}
        assert ada.post("/transactions?dryRun=true", body).status_code == 200


def types(ada: Customer, ben: Customer, admin: Customer) -> None:
    """The bank's own, with every limit and rule: an account of one, money of another, refused too."""
    account, other = (f"own-{secrets.token_hex(4)}" for _ in range(2))
    limits = {"minimumAmount": 2, "maximumAmount": 2**53 - 1}
    made = [admin.post("/account-types", {
        "code": account, "name": "Own", "description": "Å", "dailyDebitLimit": 0,
        "overdraftAllowed": True, **limits}), admin.post("/transaction-types", {
            "code": other, "name": "Own", "description": "Å", **limits,
            "rules": [{"accountType": account, "debitAllowed": False, "creditAllowed": True}]})]
    assert [one.status_code for one in made] == [201, 201], made[0].text + made[1].text
    opened = posted(admin.post("/accounts", {"type": account, "customerId": ben.id}))
    posted(ada.transfer(opened["id"], 2, type=other))
    for changed, status in (({"amount": 1}, 422), ({"from": opened["id"], "to": ada.account["id"]}, 404)):
        body = {"type": other, "from": ada.account["id"], "to": opened["id"], "amount": 2,
                "currency": "USD", **changed}
        reply = ada.post("/transactions", body, headers={"Idempotency-Key": key()})
        assert reply.status_code == status, reply.text
    inactive = admin.ask("PATCH", f"/transaction-types/{other}", body={"status": "inactive"})
    assert inactive.status_code == 200, inactive.text
    assert ada.transfer(opened["id"], 2, type=other).status_code == 422


def holds(ada: Customer, shop: Customer) -> None:
    """Pending, captured in part, voided, expired, refused."""
    def reserve(**fields) -> requests.Response:
        body = {"from": ada.account["id"], "to": shop.account["number"], "amount": 20,
                "currency": "USD", **fields}
        return ada.post("/holds", body, headers={"Idempotency-Key": key()})

    def settle(held: dict, way: str, body: Any = None) -> None:
        posted(shop.post(f"/holds/{held['id']}/{way}", body, headers={"Idempotency-Key": key()}))

    _, taken, given, brief = [posted(reserve(**fields)) for fields in (
        {}, {}, {"expiresIn": 3_600}, {"expiresIn": 1})]
    settle(taken, "capture", {"amount": 15})
    settle(given, "void")
    assert reserve(amount=10**12).status_code == 409
    assert reserve(to=NOBODYS["number"]).status_code == 422
    wait_until(lambda: ada.get(f"/holds/{brief['id']}").json()["status"] == "expired")


def refusals(ada: Customer, ben: Customer, admin: Customer) -> None:
    euros = ada.post("/accounts", {"currency": "EUR"}).json()
    for to in (NOBODYS["id"], NOBODYS["number"], ada.account["id"], euros["id"]):
        assert ada.transfer(to, 1).status_code == 422, to
    assert ada.transfer(ben.account["number"], 10**12).status_code == 409
    assert order(admin, "withdrawal", 10**12, **{"from": ada.account["id"]}).status_code == 409
    assert order(admin, "deposit", 2**53 - 1, to=ada.account["id"]).status_code == 409
    spent = posted(ada.transfer(ben.account["number"], 3))
    give_all_back(ben)
    assert reverse(admin, spent).status_code == 409


def accounts(ada: Customer, ben: Customer, admin: Customer) -> None:
    """Closed, frozen, and with limits."""
    assert ben.ask("DELETE", f"/accounts/{ben.account['id']}").status_code == 204
    path = f"/accounts/{ada.post('/accounts', {'type': 'personal'}).json()['id']}"
    limits = {"overdraftLimit": 5, "dailyDebitLimit": 10**9}
    assert admin.ask("PUT", f"{path}/limits", body=limits).status_code == 200
    for status in ("dormant", "frozen"):
        body = {"status": status, "reason": "Lost card"}
        assert admin.ask("PUT", f"{path}/status", body=body).status_code == 200


def statements(teller: Teller, ada: Customer) -> None:
    """One that is ready, one that failed, one that waits."""
    jobs = [statement(ada, "csv", days=40)["statement"]["id"] for _ in range(3)]
    wait_until(lambda: all(ada.get(f"/statements/{job}").json()["status"] == "ready" for job in jobs))
    with MongoClient(teller.settings["MONGO_URL"]) as client:
        books = client[teller.settings["MONGO_DATABASE"]]
        never = datetime.now(UTC) + timedelta(days=1)
        for job, state in zip(jobs, ("failed", "pending")):
            books.statements.update_one({"_id": job}, {
                "$set": {"status": state, "lease": "dead", "leaseUntil": never},
                "$unset": {"readyAt": "", "bytes": ""}})


def statement(customer: Customer, form: str, days: int, account: str | None = None) -> Any:
    today = datetime.now(UTC).date()
    body = {"from": (today - timedelta(days=days)).isoformat(), "to": today.isoformat(), "format": form}

    def ordered() -> requests.Response | None:
        reply = customer.post(f"/accounts/{account or customer.account['id']}/statements", body)
        # So many are made at a time; the others wait until some are ready.
        return reply if reply.status_code != 429 else None

    reply = wait_until(ordered)
    assert reply.status_code in (200, 202), reply.text
    return reply.json() if "json" in reply.headers["Content-Type"] else reply.text


def messages(teller: Teller) -> None:
    """One that went out, one that waits, one that nobody took, one that no one can read."""
    eve = with_phone(teller)
    assert set_two_factor(eve, "otp").status_code == 200
    for _ in range(4):
        ask_for_code(teller, eve.email)
    with MongoClient(teller.settings["MONGO_URL"]) as client:
        outbox = client[teller.settings["MONGO_DATABASE"]].messages
        wait_until(lambda: outbox.count_documents({"status": "sent"}) >= 4)
        ids = [one["_id"] for one in outbox.find({}, {"_id": 1})]
        never = datetime.now(UTC) + timedelta(days=1)
        outbox.update_one({"_id": ids[0]}, {"$set": {"status": "dead", "failure": "500"},
                                            "$unset": {"sentAt": ""}})
        outbox.update_one({"_id": ids[1]}, {"$set": {"status": "queued", "dueAt": never},
                                            "$unset": {"sentAt": ""}})
        outbox.update_one({"_id": ids[2]}, {"$set": {"sealed": b"x" * 64}})
